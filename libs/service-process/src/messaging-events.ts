import type { MessagingEvents } from '@newsrelay/messaging/observers';
import type { Metrics } from '@newsrelay/telemetry/metrics';

/** What the JetStream transport reports, as metrics. */
export function messagingEvents(metrics: Metrics): Partial<MessagingEvents> {
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
      metrics.consumerBacklog.set({ consumer: durable, kind: 'undelivered' }, backlog.undelivered);
      metrics.consumerBacklog.set({ consumer: durable, kind: 'unsettled' }, backlog.unsettled);
    },
  };
}
