import { SpanKind } from '@opentelemetry/api';
import type { Job, JobsOptions } from 'bullmq';
import { openSpan, type OpenSpan, type TraceCarrier } from '@newsrelay/telemetry/tracing';

/*
 * A job's trace context lies where BullMQ's own telemetry keeps it, and in the same shape (`opts.telemetry.metadata`, a
 * carrier as JSON). BullMQ's instrumentation itself is not used: see docs/adr/0012.
 */

/** The span of adding jobs to a queue. */
export function addingSpan(queue: string, count: number): OpenSpan {
  return openSpan(`send ${queue}`, {
    kind: SpanKind.PRODUCER,
    attributes: {
      'messaging.system': 'bullmq',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'add',
      'messaging.destination.name': queue,
      'messaging.batch.message_count': count,
    },
  });
}

/** Options of a job that continues the trace; none while nothing is traced. */
export function tracedJob(carrier: TraceCarrier | undefined): Pick<JobsOptions, 'telemetry'> {
  return carrier === undefined ? {} : { telemetry: { metadata: JSON.stringify(carrier) } };
}

/** What a job's turn continues; null for a job that was added while nothing was traced. */
export function traceOfJob({ opts }: Pick<Job, 'opts'>): TraceCarrier | null {
  const metadata = opts.telemetry?.metadata;
  if (metadata === undefined) return null;
  try {
    const carrier: unknown = JSON.parse(metadata);
    if (typeof carrier !== 'object' || carrier === null) return null;
    return Object.fromEntries(Object.entries(carrier).filter(([, value]) => typeof value === 'string'));
  } catch {
    return null;
  }
}
