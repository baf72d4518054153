import { z } from 'zod';

/* What operators are told of. Kinds are the contract of alarm sinks and of /metrics: added to, never renamed. */

export const EVENT_KINDS = {
  channelPaused: 'channel.paused',
  channelAutoPaused: 'channel.auto-paused',
  channelResumed: 'channel.resumed',
  deliveryDead: 'delivery.dead',
  deliveryUnknown: 'delivery.unknown',
  breakerOpened: 'breaker.opened',
  breakerClosed: 'breaker.closed',
  withdrawalOverdue: 'withdrawal.overdue',
  queueStuck: 'queue.stuck',
  outboxStuck: 'outbox.stuck',
  sourceQuiet: 'source.quiet',
  serviceDown: 'service.down',
  feedSilent: 'feed.silent',
  feedOverpolled: 'feed.overpolled',
} as const;
export type EventKind = (typeof EVENT_KINDS)[keyof typeof EVENT_KINDS];
export const ALL_EVENT_KINDS = Object.values(EVENT_KINDS) as [EventKind, ...EventKind[]];

/** Least first. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** True if `severity` is at least `least`. */
export function reaches(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

/** Texts of others are shown in alarms: cut short, so that no answer keeps its own event from being written; never a secret. */
const text = z.string().transform((given) => given.slice(0, 500).toWellFormed());
const id = z.string().min(1).max(200);
const seconds = z.number().nonnegative();
const count = z.int().nonnegative();
const delivery = { channel: id, article: z.string(), version: z.int(), reason: text.nullable() };

/** Who paused a channel: an operator, or the outlet by its answer (401, 403, 410). */
export const PAUSED_BY = ['operator', 'outlet'] as const;
export type PausedBy = (typeof PAUSED_BY)[number];

/**
 * One event: what it is of (`subject`: the id of a channel, a delivery, a source, a service or a queue; of a feed the channel,
 * or channel/partner), and what is known of it.
 */
export const operatorEvent = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal(EVENT_KINDS.channelPaused),
    subject: id,
    detail: z.strictObject({ name: text, by: z.enum(PAUSED_BY), reason: text }),
  }),
  z.strictObject({
    /** Nothing but failures, too many and for too long. */
    kind: z.literal(EVENT_KINDS.channelAutoPaused),
    subject: id,
    detail: z.strictObject({ name: text, reason: text }),
  }),
  z.strictObject({
    kind: z.literal(EVENT_KINDS.channelResumed),
    subject: id,
    detail: z.strictObject({ name: text }),
  }),
  z.strictObject({
    kind: z.literal(EVENT_KINDS.deliveryDead),
    subject: id,
    detail: z.strictObject(delivery),
  }),
  z.strictObject({
    kind: z.literal(EVENT_KINDS.deliveryUnknown),
    subject: id,
    detail: z.strictObject(delivery),
  }),
  z.strictObject({
    /** No attempts to this destination for a while. */
    kind: z.literal(EVENT_KINDS.breakerOpened),
    subject: id,
    detail: z.strictObject({ reason: text }),
  }),
  z.strictObject({
    kind: z.literal(EVENT_KINDS.breakerClosed),
    subject: id,
    detail: z.strictObject({}),
  }),
  z.strictObject({
    kind: z.literal(EVENT_KINDS.withdrawalOverdue),
    subject: id,
    detail: z.strictObject({ count, oldestSeconds: seconds }),
  }),
  z.strictObject({
    kind: z.literal(EVENT_KINDS.queueStuck),
    subject: id,
    detail: z.strictObject({ oldestSeconds: seconds }),
  }),
  z.strictObject({
    kind: z.literal(EVENT_KINDS.outboxStuck),
    subject: id,
    detail: z.strictObject({ count, oldestSeconds: seconds }),
  }),
  z.strictObject({
    kind: z.literal(EVENT_KINDS.sourceQuiet),
    subject: id,
    detail: z.strictObject({ quietSeconds: seconds, lastAt: z.iso.datetime({ offset: true }).nullable() }),
  }),
  z.strictObject({
    kind: z.literal(EVENT_KINDS.serviceDown),
    subject: id,
    detail: z.strictObject({ silentSeconds: seconds }),
  }),
  z.strictObject({
    /** A feed that its readers have stopped asking for: of one partner (`token`), or of all. */
    kind: z.literal(EVENT_KINDS.feedSilent),
    subject: id,
    detail: z.strictObject({
      channel: id,
      token: text.nullable(),
      silentSeconds: seconds,
      lastAt: z.iso.datetime({ offset: true }).nullable(),
    }),
  }),
  z.strictObject({
    /** A partner asks more often than anybody needs to; requests in a clock hour, and those answered in full. */
    kind: z.literal(EVENT_KINDS.feedOverpolled),
    subject: id,
    detail: z.strictObject({ channel: id, token: text, polls: count, full: count }),
  }),
]);
export type OperatorEvent = z.infer<typeof operatorEvent>;
export type EventOf<K extends EventKind> = Extract<OperatorEvent, { kind: K }>;

/** What of a kind does not depend on the event. `lasts`: a condition that is open until it ends; else a thing that happened. */
interface KindFacts {
  lasts: boolean;
  severity: Severity;
  /** The conditions of the same subject that it ends, where it is the news of an end. */
  ends?: readonly EventKind[];
}

const FACTS: Readonly<Record<EventKind, KindFacts>> = {
  [EVENT_KINDS.channelPaused]: { lasts: true, severity: 'critical' },
  [EVENT_KINDS.channelAutoPaused]: { lasts: true, severity: 'critical' },
  [EVENT_KINDS.channelResumed]: {
    lasts: false,
    severity: 'info',
    ends: [EVENT_KINDS.channelPaused, EVENT_KINDS.channelAutoPaused],
  },
  [EVENT_KINDS.deliveryDead]: { lasts: false, severity: 'warning' },
  [EVENT_KINDS.deliveryUnknown]: { lasts: false, severity: 'warning' },
  [EVENT_KINDS.breakerOpened]: { lasts: true, severity: 'warning' },
  [EVENT_KINDS.breakerClosed]: { lasts: false, severity: 'info', ends: [EVENT_KINDS.breakerOpened] },
  [EVENT_KINDS.withdrawalOverdue]: { lasts: true, severity: 'critical' },
  [EVENT_KINDS.queueStuck]: { lasts: true, severity: 'critical' },
  [EVENT_KINDS.outboxStuck]: { lasts: true, severity: 'critical' },
  [EVENT_KINDS.sourceQuiet]: { lasts: true, severity: 'warning' },
  [EVENT_KINDS.serviceDown]: { lasts: true, severity: 'critical' },
  [EVENT_KINDS.feedSilent]: { lasts: true, severity: 'warning' },
  [EVENT_KINDS.feedOverpolled]: { lasts: true, severity: 'warning' },
};

export function severityOf(event: OperatorEvent): Severity {
  // Whoever pauses a channel by hand knows.
  if (event.kind === EVENT_KINDS.channelPaused && event.detail.by === 'operator') return 'info';
  return FACTS[event.kind].severity;
}

export function lasts(kind: EventKind): boolean {
  return FACTS[kind].lasts;
}

/** Equal for what is the same alarm again: the same kind of the same subject, whatever is known of it this time. */
export function dedupeKey(kind: EventKind, subject: string): string {
  return `${kind}:${subject}`;
}

/** The keys of the conditions that an event ends. */
export function keysEndedBy({ kind, subject }: Pick<OperatorEvent, 'kind' | 'subject'>): string[] {
  return (FACTS[kind].ends ?? []).map((ended) => dedupeKey(ended, subject));
}
