import { alarmSinkOf } from '@newsrelay/alarm-sinks/registry';
import type { AlarmSink } from '@newsrelay/alarm-sinks/sink';
import { Problem } from '@newsrelay/contracts/problem';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import type { AlarmSinkHealth } from '@newsrelay/ledger/alarm-deliveries';
import type { StoredAlarmSink } from '@newsrelay/ledger/alarm-sinks';
import { maskSecrets } from '@newsrelay/sealing/mask';

/** Members of an answer that a patch may hold and that change nothing. */
export const READ_ONLY = ['createdAt', 'waiting', 'lastSentAt', 'lastError'];

const NOTHING_YET: AlarmSinkHealth = { waiting: 0, lastSentAt: null, lastError: null };

/** A sink as the API shows it: its secrets are masked, but for those that were made just now and are shown once. */
export function alarmSinkView(
  sink: StoredAlarmSink,
  secrets: Record<string, unknown>,
  health: AlarmSinkHealth = NOTHING_YET,
  shownOnce: Record<string, string> = {},
) {
  const { sealedSecrets, createdAt, ...config } = sink;
  return {
    ...config,
    secrets: { ...maskSecrets(secrets), ...shownOnce },
    waiting: health.waiting,
    lastSentAt: health.lastSentAt === null ? null : toShanghaiTime(health.lastSentAt),
    lastError: health.lastError,
    createdAt: toShanghaiTime(createdAt),
  };
}
export type AlarmSinkView = ReturnType<typeof alarmSinkView>;

/** @throws Problem 422 for a type that there is not */
export function sinkOrProblem(type: string): AlarmSink {
  const sink = alarmSinkOf(type);
  if (sink !== undefined) return sink;
  throw new Problem(
    422,
    `type: there is no alarm sink type ${type}; GET /api/v1/alarm-sink-types lists them`,
    [{ path: '/type', message: 'must be one of GET /api/v1/alarm-sink-types' }],
  );
}
