import { EVENT_KINDS, severityOf, type OperatorEvent } from '@newsrelay/contracts/operator-events';
import type { Alarm } from './sink.js';

/* Alarms for specs: ordinary ones, and one whose texts try to be more than text. */

export const PAUSED: OperatorEvent = {
  kind: EVENT_KINDS.channelPaused,
  subject: 'partner-daily',
  detail: { name: '合作日报', by: 'outlet', reason: 'the outlet says this address is gone for good (410)' },
};
export const RESUMED: OperatorEvent = {
  kind: EVENT_KINDS.channelResumed,
  subject: 'partner-daily',
  detail: { name: '合作日报' },
};
export const STUCK: OperatorEvent = {
  kind: EVENT_KINDS.queueStuck,
  subject: 'publish',
  detail: { oldestSeconds: 1_500 },
};
export const HOSTILE: OperatorEvent = {
  kind: EVENT_KINDS.channelPaused,
  subject: 'evil',
  detail: {
    name: '<at user_id="all">所有人</at>',
    by: 'outlet',
    reason: '<@all> @13800000000 [点我](https://evil.example) **x** `y`\n# 标题\u0000\ud800',
  },
};
export const EVERY_EVENT: readonly OperatorEvent[] = [
  PAUSED,
  { ...PAUSED, detail: { name: '合作日报', by: 'operator', reason: 'maintenance' } },
  { kind: EVENT_KINDS.channelAutoPaused, subject: 'a', detail: { name: 'A', reason: 'x' } },
  RESUMED,
  {
    kind: EVENT_KINDS.deliveryDead,
    subject: 'dlv_1',
    detail: { channel: 'a', article: 'x', version: 2, reason: '404' },
  },
  {
    kind: EVENT_KINDS.deliveryUnknown,
    subject: 'dlv_2',
    detail: { channel: 'a', article: 'x', version: 2, reason: null },
  },
  { kind: EVENT_KINDS.breakerOpened, subject: 'https://a.example', detail: { reason: 'x' } },
  { kind: EVENT_KINDS.breakerClosed, subject: 'https://a.example', detail: {} },
  { kind: EVENT_KINDS.withdrawalOverdue, subject: 'withdrawals', detail: { count: 1, oldestSeconds: 70 } },
  STUCK,
  { kind: EVENT_KINDS.outboxStuck, subject: 'outbox', detail: { count: 3, oldestSeconds: 8_000 } },
  {
    kind: EVENT_KINDS.sourceQuiet,
    subject: 'jngxq',
    detail: { quietSeconds: 90_000, lastAt: '2025-01-03T09:00:00+08:00' },
  },
  { kind: EVENT_KINDS.sourceQuiet, subject: 'xinhua', detail: { quietSeconds: 300_000, lastAt: null } },
  { kind: EVENT_KINDS.serviceDown, subject: 'transform', detail: { silentSeconds: 31 } },
  {
    kind: EVENT_KINDS.feedSilent,
    subject: 'daily/合作日报',
    detail: {
      channel: 'daily',
      token: '合作日报',
      silentSeconds: 90_000,
      lastAt: '2025-01-03T09:00:00+08:00',
    },
  },
  {
    kind: EVENT_KINDS.feedSilent,
    subject: 'daily',
    detail: { channel: 'daily', token: null, silentSeconds: 300_000, lastAt: null },
  },
  {
    kind: EVENT_KINDS.feedOverpolled,
    subject: 'daily/合作日报',
    detail: { channel: 'daily', token: '合作日报', polls: 700, full: 650 },
  },
];

export function alarmOf(event: OperatorEvent, changes: Partial<Alarm> = {}): Alarm {
  return {
    id: '7',
    phase: 'raised',
    event,
    severity: severityOf(event),
    at: new Date('2025-01-03T01:00:00.123Z'),
    endedAt: null,
    ...changes,
  };
}

/** More than any message has room for. */
export function floodOf(count: number): Alarm[] {
  return Array.from({ length: count }, (_, index) =>
    alarmOf(
      {
        kind: EVENT_KINDS.deliveryDead,
        subject: `dlv_${index}`,
        detail: { channel: 'partner-daily', article: 'a'.repeat(36), version: 1, reason: '对方拒绝（404）' },
      },
      { id: String(index) },
    ),
  );
}
