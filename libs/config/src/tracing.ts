import { z } from 'zod';

/*
 * Traces: OpenTelemetry's standard variables, those of them that are obeyed (OpenTelemetry specification, "Environment
 * Variable Specification" and "OTLP Exporter Configuration"). Without an endpoint nothing is traced.
 */

const endpoint = z.url({
  protocol: /^https?$/,
  error: 'must be the URL of an OTLP/HTTP receiver such as http://collector:4318',
});
const milliseconds = z.coerce
  .number('must be milliseconds')
  .int('must be whole milliseconds')
  .positive('must be more than 0');
const PAIRS = 'must be comma-separated name=value pairs, percent-encoded';
/** `name=value,name=value`, values percent-encoded (W3C Baggage). */
const pairs = z
  .string()
  .regex(/^\s*[^=,\s]+\s*=[^,]*(,\s*[^=,\s]+\s*=[^,]*)*,?\s*$/, PAIRS)
  .transform((text, given) => {
    try {
      return Object.fromEntries(
        text
          .split(',')
          .filter((pair) => pair.trim() !== '')
          .map((pair) => {
            const [name = '', ...value] = pair.split('=');
            return [name.trim(), decodeURIComponent(value.join('=').trim())] as const;
          }),
      );
    } catch {
      given.addIssue({ code: 'custom', message: PAIRS });
      return z.NEVER;
    }
  });

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export const tracingFields = {
  OTEL_SDK_DISABLED: z.enum(['true', 'false'], 'must be true or false').optional(),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'must be otlp or none').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .literal(
      'http/protobuf',
      'must be http/protobuf, which every OTLP receiver takes at its HTTP port (4318)',
    )
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.optional(),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds.optional(),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS, `must be one of ${SAMPLERS.join(', ')}`).optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number('must be a number from 0 to 1')
    .min(0, 'must be a number from 0 to 1')
    .max(1, 'must be a number from 0 to 1')
    .optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairs.optional(),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds.optional(),
};
export type TracingVariables = z.infer<z.ZodObject<typeof tracingFields>>;

export interface TracingSettings {
  url: string;
  headers: Record<string, string>;
  timeoutMs: number;
  sampler: (typeof SAMPLERS)[number];
  ratio: number;
  serviceName: string | null;
  resourceAttributes: Record<string, string>;
  scheduleDelayMs: number;
}

/** How traces are made and sent; null if they are not. */
export function tracingSettings(given: TracingVariables): TracingSettings | null {
  if (given.OTEL_SDK_DISABLED === 'true' || given.OTEL_TRACES_EXPORTER === 'none') return null;
  const url =
    given.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
    (given.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
      ? undefined
      : `${given.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, '')}/v1/traces`);
  if (url === undefined) return null;
  return {
    url,
    headers: given.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    timeoutMs: given.OTEL_EXPORTER_OTLP_TIMEOUT ?? 10_000,
    sampler: given.OTEL_TRACES_SAMPLER ?? 'parentbased_always_on',
    ratio: given.OTEL_TRACES_SAMPLER_ARG ?? 1,
    serviceName: given.OTEL_SERVICE_NAME ?? null,
    resourceAttributes: given.OTEL_RESOURCE_ATTRIBUTES ?? {},
    scheduleDelayMs: given.OTEL_BSP_SCHEDULE_DELAY ?? 5_000,
  };
}
