import type { EventKind } from '../api/shapes.js';

/** Every kind of event, as people look for them; the compiler sees to it that none is missing. */
const ALL = {
  'channel.paused': true,
  'channel.auto-paused': true,
  'channel.resumed': true,
  'breaker.opened': true,
  'breaker.closed': true,
  'delivery.dead': true,
  'delivery.unknown': true,
  'withdrawal.overdue': true,
  'queue.stuck': true,
  'outbox.stuck': true,
  'source.quiet': true,
  'service.down': true,
  'feed.silent': true,
  'feed.overpolled': true,
} as const satisfies Record<EventKind, true>;

export const KINDS = Object.keys(ALL) as EventKind[];
