import type { QuietSource } from '@newsrelay/config/fields';
import { EVENT_KINDS, type EventKind, type OperatorEvent } from '@newsrelay/contracts/operator-events';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import type { Ledger } from '@newsrelay/ledger/database';
import { overPolledFeeds, silentFeeds } from '@newsrelay/ledger/feed-polls';
import { feedSubject } from '@newsrelay/ledger/feed-tokens';
import { oldestDueSeconds, openWithdrawals, outboxFigures, readFigures } from '@newsrelay/ledger/figures';
import { serviceSilences, silentSources } from '@newsrelay/ledger/watch-figures';

/** A service of which nothing was heard for longer is down, seconds: a restart takes less. */
const SERVICE_DOWN_SECONDS = 30;

/** Every kind that the watch raises and ends; others are somebody else's. */
export const WATCHED_KINDS: readonly EventKind[] = [
  EVENT_KINDS.withdrawalOverdue,
  EVENT_KINDS.queueStuck,
  EVENT_KINDS.outboxStuck,
  EVENT_KINDS.sourceQuiet,
  EVENT_KINDS.serviceDown,
  EVENT_KINDS.feedSilent,
  EVENT_KINDS.feedOverpolled,
];

export interface WatchLimits {
  /** What is due may wait so long, seconds. */
  stuckSeconds: number;
  quietSources: readonly QuietSource[];
}

/** What holds now, and what cannot be told: a condition of which nothing is known goes on. */
export interface Conditions {
  hold: OperatorEvent[];
  isKnown: (condition: { kind: EventKind; subject: string }) => boolean;
}

export async function readConditions(
  ledger: Ledger,
  { stuckSeconds, quietSources }: WatchLimits,
): Promise<Conditions> {
  const { withdrawals, due, outbox } = await readFigures(ledger, async (tx) => ({
    withdrawals: await openWithdrawals(tx),
    due: await oldestDueSeconds(tx),
    outbox: await outboxFigures(tx),
  }));
  const silent = await silentSources(ledger, quietSources);
  const services = await serviceSilences(ledger, SERVICE_DOWN_SECONDS);
  const hold: OperatorEvent[] = [];
  if (withdrawals.overdue > 0) {
    hold.push({
      kind: EVENT_KINDS.withdrawalOverdue,
      subject: 'withdrawals',
      detail: { count: withdrawals.overdue, oldestSeconds: Math.max(0, withdrawals.oldestAgeSeconds ?? 0) },
    });
  }
  for (const [subject, oldestSeconds] of Object.entries(due)) {
    if (oldestSeconds > stuckSeconds)
      hold.push({ kind: EVENT_KINDS.queueStuck, subject, detail: { oldestSeconds } });
  }
  const outboxAge = outbox.oldestAgeSeconds ?? 0;
  if (outboxAge > stuckSeconds) {
    hold.push({
      kind: EVENT_KINDS.outboxStuck,
      subject: 'outbox',
      detail: { count: outbox.count, oldestSeconds: outboxAge },
    });
  }
  for (const { source, quietSeconds, lastAt } of silent) {
    hold.push({
      kind: EVENT_KINDS.sourceQuiet,
      subject: source,
      detail: { quietSeconds, lastAt: lastAt === null ? null : toShanghaiTime(lastAt) },
    });
  }
  for (const { service, up, silentSeconds } of services) {
    if (!up) hold.push({ kind: EVENT_KINDS.serviceDown, subject: service, detail: { silentSeconds } });
  }
  hold.push(...(await readersToBeTold(ledger)));
  const heardOf = new Set(services.map(({ service }) => service));
  return {
    hold,
    // Heartbeats are forgotten after a day, and what is down is down still.
    isKnown: ({ kind, subject }) => kind !== EVENT_KINDS.serviceDown || heardOf.has(subject),
  };
}

/** Partners that have gone silent, and those that ask too often. */
async function readersToBeTold(ledger: Ledger): Promise<OperatorEvent[]> {
  const silent = await silentFeeds(ledger);
  const overPolled = await overPolledFeeds(ledger);
  return [
    ...silent.map(({ channelId, token, silentSeconds, lastAt }) => ({
      kind: EVENT_KINDS.feedSilent,
      subject: feedSubject(channelId, token),
      detail: {
        channel: channelId,
        token,
        silentSeconds,
        lastAt: lastAt === null ? null : toShanghaiTime(lastAt),
      },
    })),
    ...overPolled.map(({ channelId, token, polls, full }) => ({
      kind: EVENT_KINDS.feedOverpolled,
      subject: feedSubject(channelId, token),
      detail: { channel: channelId, token, polls, full },
    })),
  ];
}
