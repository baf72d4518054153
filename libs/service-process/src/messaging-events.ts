import type { Backlog, MessagingEvents } from '@newsrelay/messaging/observers';
import type { Metrics } from '@newsrelay/telemetry/metrics';

/** A backlog that was not told of anew for this long is not shown any more, milliseconds: NATS is away. */
const TOLD_WITHIN_MS = 45_000;

const SETTLED = ['acked', 'naked', 'dead', 'reopened'] as const;

/** What the JetStream transport reports of these consumers, as metrics. */
export function messagingEvents(metrics: Metrics, durables: readonly string[]): Partial<MessagingEvents> {
  // From nothing to one is no increase for Prometheus, and the first dead letter is the one to hear of.
  for (const consumer of durables)
    for (const settled of SETTLED) metrics.events.inc({ consumer, settled }, 0);
  const backlogs = new Map<string, { backlog: Backlog; at: number }>();
  metrics.reading(
    'consumers',
    {
      messages: {
        name: 'newsrelay_consumer_messages',
        help: 'Messages before a JetStream consumer; unsettled ones stop delivery at its max_ack_pending',
        labels: ['consumer', 'state'],
      },
      limit: {
        name: 'newsrelay_consumer_max_unsettled_messages',
        help: 'Unsettled messages at which the server stops delivering to a consumer',
        labels: ['consumer'],
      },
    },
    () => {
      const told = [...backlogs].filter(([, { at }]) => performance.now() - at < TOLD_WITHIN_MS);
      return {
        messages: told.flatMap(([consumer, { backlog }]) => [
          { labels: { consumer, state: 'undelivered' }, value: backlog.undelivered },
          { labels: { consumer, state: 'unsettled' }, value: backlog.unsettled },
        ]),
        limit: told.map(([consumer, { backlog }]) => ({ labels: { consumer }, value: backlog.maxUnsettled })),
      };
    },
  );
  const settled = (consumer: string, how: (typeof SETTLED)[number]) => {
    metrics.events.inc({ consumer, settled: how });
  };
  return {
    acked: (durable) => {
      settled(durable, 'acked');
    },
    naked: (durable) => {
      settled(durable, 'naked');
    },
    dead: (durable) => {
      settled(durable, 'dead');
    },
    reopened: (durable) => {
      settled(durable, 'reopened');
    },
    pending: (durable, backlog) => {
      backlogs.set(durable, { backlog, at: performance.now() });
    },
  };
}
