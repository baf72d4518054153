import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api';

/*
 * Traces, as the rest of the program sees them. Until `tracing-sdk` has started one, every function here does nothing and
 * costs a comparison; no SDK is loaded then.
 */

/** W3C trace context as header fields: `traceparent`, and `tracestate` where there is one. */
export type TraceCarrier = Readonly<Record<string, string>>;

/** Attributes of our own; the others are those of OpenTelemetry's semantic conventions. */
export const ATTRIBUTES = {
  article: 'newsrelay.article.id',
  version: 'newsrelay.article.version',
  channel: 'newsrelay.channel.id',
  channelType: 'newsrelay.channel.type',
  delivery: 'newsrelay.delivery.id',
  action: 'newsrelay.delivery.action',
  deliveryState: 'newsrelay.delivery.state',
  attempt: 'newsrelay.attempt.number',
  outcome: 'newsrelay.attempt.outcome',
} as const;

let tracer: Tracer | undefined;

/** Called once by `tracing-sdk`, before anything that could be traced. */
export function useTracer(made: Tracer | undefined): void {
  tracer = made;
}

export function isTracing(): boolean {
  return tracer !== undefined;
}

export interface SpanOptions {
  kind: SpanKind;
  attributes?: Attributes;
  /** What it continues: null for nothing, left out for what is active here. */
  parent?: TraceCarrier | null;
}

/** A span that is ended by hand. */
export interface OpenSpan {
  /** For whatever continues it elsewhere; undefined while nothing is traced. */
  readonly carrier: TraceCarrier | undefined;
  set(attributes: Attributes): void;
  /** Runs something inside it. */
  run<T>(inside: () => T): T;
  /** `failure` is a short reason; it makes the span an error. */
  readonly end: (failure?: string | null) => void;
}

const NO_SPAN: OpenSpan = {
  carrier: undefined,
  set: () => undefined,
  run: (inside) => inside(),
  end: () => undefined,
};

/** Starts a span that somebody else ends. */
export function openSpan(name: string, { kind, attributes = {}, parent }: SpanOptions): OpenSpan {
  if (tracer === undefined) return NO_SPAN;
  const from = parent === undefined ? context.active() : contextOf(parent);
  const span = tracer.startSpan(name, { kind, attributes }, from);
  const own = trace.setSpan(from, span);
  return {
    carrier: carrierOf(own),
    set: (more) => {
      span.setAttributes(more);
    },
    run: (inside) => context.with(own, inside),
    end: (failure) => {
      end(span, failure);
    },
  };
}

/** Runs `inside` in a span that ends with it; what it throws makes the span an error, and is thrown on. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  inside: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  if (tracer === undefined) return inside(NO_SPAN);
  const span = openSpan(name, options);
  try {
    const result = await span.run(() => inside(span));
    span.end();
    return result;
  } catch (error) {
    span.end(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/** Runs `inside` as what continues the trace that the carrier names, without a span of its own. */
export function continuing<T>(carrier: TraceCarrier | null | undefined, inside: () => T): T {
  if (tracer === undefined || carrier === null || carrier === undefined) return inside();
  return context.with(contextOf(carrier), inside);
}

/** The active span, for whoever continues it elsewhere: another process, or this one after a while. */
export function currentTrace(): TraceCarrier | undefined {
  return tracer === undefined ? undefined : carrierOf(context.active());
}

/** Says more of the active span. */
export function annotate(attributes: Attributes): void {
  if (tracer !== undefined) trace.getActiveSpan()?.setAttributes(attributes);
}

/** For log lines: which trace a line belongs to. */
export function traceFields(): { trace_id: string; span_id: string } | Record<string, never> {
  const active = tracer === undefined ? undefined : trace.getActiveSpan()?.spanContext();
  return active === undefined ? {} : { trace_id: active.traceId, span_id: active.spanId };
}

function contextOf(carrier: TraceCarrier | null): Context {
  return carrier === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, carrier);
}

function carrierOf(of: Context): TraceCarrier | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(of, carrier);
  return carrier['traceparent'] === undefined ? undefined : carrier;
}

function end(span: Span, failure: string | null | undefined): void {
  if (failure !== null && failure !== undefined)
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
  span.end();
}
