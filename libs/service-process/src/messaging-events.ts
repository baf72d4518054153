import type { Backlog, MessagingEvents } from '@newsrelay/messaging/observers';
import type { Metrics } from '@newsrelay/telemetry/metrics';

/** A backlog that was not told of anew for this long is not shown any more, milliseconds: NATS is away. */
const TOLD_WITHIN_MS = 45_000;

/** What the JetStream transport reports, as metrics. */
export function messagingEvents(metrics: Metrics): Partial<MessagingEvents> {
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
  const settled = (consumer: string, how: string) => {
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
