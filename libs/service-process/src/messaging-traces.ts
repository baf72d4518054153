import { SpanKind } from '@opentelemetry/api';
import type { MessagingTraces } from '@newsrelay/messaging/observers';
import { inSpan, isTracing, openSpan, type TraceCarrier } from '@newsrelay/telemetry/tracing';

/** The JetStream transport's messages as spans (OpenTelemetry semantic conventions for messaging). */
export const messagingTraces: MessagingTraces = {
  sending({ subject, id, headers }) {
    if (!isTracing()) return { headers, done: () => undefined };
    const { traceparent, tracestate, ...rest } = headers;
    // The outbox hands on the trace of what put the event there; whoever publishes at once is in its own.
    const parent = traceOf(traceparent, tracestate);
    const span = openSpan(`send ${subject}`, {
      kind: SpanKind.PRODUCER,
      attributes: {
        'messaging.system': 'nats',
        'messaging.operation.type': 'send',
        'messaging.operation.name': 'publish',
        'messaging.destination.name': subject,
        'messaging.message.id': id,
      },
      ...(parent === undefined ? {} : { parent }),
    });
    return { headers: { ...rest, ...span.carrier }, done: span.end };
  },

  async handling({ subject, durable, id, deliveryCount, header }, run) {
    if (!isTracing()) return run();
    const attributes = {
      'messaging.system': 'nats',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': subject,
      'messaging.consumer.group.name': durable,
      'newsrelay.message.delivery_count': deliveryCount,
      ...(id === undefined ? {} : { 'messaging.message.id': id }),
    };
    const parent = traceOf(header('traceparent'), header('tracestate')) ?? null;
    return inSpan(`process ${subject}`, { kind: SpanKind.CONSUMER, attributes, parent }, async (span) => {
      const outcome = await run();
      if ('reason' in outcome) span.set({ 'error.type': outcome.kind });
      return outcome;
    });
  },
};

function traceOf(traceparent: string | undefined, tracestate: string | undefined): TraceCarrier | undefined {
  if (traceparent === undefined) return undefined;
  return { traceparent, ...(tracestate === undefined ? {} : { tracestate }) };
}
