import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import type { Sampler } from '@opentelemetry/sdk-trace';
import { useTracer } from './tracing.js';

/** OpenTelemetry's own names for how much is recorded (`OTEL_TRACES_SAMPLER`). */
export type TraceSampler = `${'' | 'parentbased_'}${'always_on' | 'always_off' | 'traceidratio'}`;

/** What traces are made and sent by; `libs/config` reads it from OpenTelemetry's standard variables. */
export interface TracingSettings {
  /** Where spans are posted: the whole URL, OTLP by HTTP and protobuf. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  timeoutMs: number;
  sampler: TraceSampler;
  /** Share of traces that are recorded, 0 to 1; for the samplers by ratio. */
  ratio: number;
  /** Null for the process's own name. */
  serviceName: string | null;
  resourceAttributes: Readonly<Record<string, string>>;
  /** Spans are sent together, this often at most, milliseconds. */
  scheduleDelayMs: number;
}

/** A collector that does not answer holds up a stop for no longer, milliseconds. */
const STOP_MS = 3_000;

/**
 * Loads the SDK and starts it; before that nothing of it is in memory. `stop` sends what is still to be sent, for a
 * moment. A collector that is away costs spans, never an article.
 */
export async function startTracing(
  settings: TracingSettings,
  process: { name: string; version: string },
): Promise<{ stop: () => Promise<void> }> {
  const [
    api,
    sdk,
    { OTLPTraceExporter },
    { resourceFromAttributes },
    { AsyncLocalStorageContextManager },
    core,
  ] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/core'),
  ]);
  const sampler = (): Sampler => {
    const root = settings.sampler.endsWith('always_on')
      ? new sdk.AlwaysOnSampler()
      : settings.sampler.endsWith('always_off')
        ? new sdk.AlwaysOffSampler()
        : new sdk.TraceIdRatioBasedSampler(settings.ratio);
    return settings.sampler.startsWith('parentbased_') ? new sdk.ParentBasedSampler({ root }) : root;
  };
  const provider = new sdk.TracerProvider({
    sampler: sampler(),
    resource: resourceFromAttributes({
      'service.name': settings.serviceName ?? `newsrelay-${process.name}`,
      'service.namespace': 'newsrelay',
      'service.version': process.version,
      'service.instance.id': randomUUID(),
      'host.name': hostname(),
      ...settings.resourceAttributes,
    }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new OTLPTraceExporter({
          url: settings.url,
          headers: { ...settings.headers },
          timeoutMillis: settings.timeoutMs,
        }),
        scheduledDelayMillis: settings.scheduleDelayMs,
        exportTimeoutMillis: settings.timeoutMs,
      }),
    ],
  });
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  // Trace context alone: baggage would carry what callers put into it through everything.
  api.propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  useTracer(provider.getTracer('newsrelay', process.version));
  return {
    stop: async () => {
      useTracer(undefined);
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_MS);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), enough]);
      clearTimeout(timer);
    },
  };
}
