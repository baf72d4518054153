import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { loggableSettings, readEnvironment } from './environment.js';
import { tracingFields, tracingSettings } from './tracing.js';

const read = (environment: Record<string, string>) =>
  tracingSettings(readEnvironment(z.object(tracingFields), environment));

describe('tracingSettings', () => {
  it('traces nothing unless there is a receiver', () => {
    expect(read({})).toBeNull();
    expect(read({ OTEL_TRACES_SAMPLER: 'always_on' })).toBeNull();
    const receiver = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    expect(read({ ...receiver, OTEL_SDK_DISABLED: 'true' })).toBeNull();
    expect(read({ ...receiver, OTEL_TRACES_EXPORTER: 'none' })).toBeNull();
    expect(read(receiver)).toMatchObject({
      url: 'http://collector:4318/v1/traces',
      sampler: 'parentbased_always_on',
      serviceName: null,
    });
  });

  it('reads what the specification names', () => {
    expect(
      read({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/base/',
        OTEL_EXPORTER_OTLP_HEADERS: 'api-key=se%2Ccret, x=1=2',
        OTEL_EXPORTER_OTLP_TIMEOUT: '500',
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
        OTEL_SERVICE_NAME: 'paper',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=production',
      }),
    ).toEqual({
      url: 'http://collector:4318/base/v1/traces',
      headers: { 'api-key': 'se,cret', x: '1=2' },
      timeoutMs: 500,
      sampler: 'parentbased_traceidratio',
      ratio: 0.25,
      serviceName: 'paper',
      resourceAttributes: { 'deployment.environment.name': 'production' },
      scheduleDelayMs: 5_000,
    });
    const traces = 'https://traces.example/v1/spans';
    expect(read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces })?.url).toBe(traces);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', /URL of an OTLP/],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', /must be http\/protobuf/],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'no pair', /name=value/],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%zz', /name=value/],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '0', /more than 0/],
    ['OTEL_TRACES_SAMPLER', 'sometimes', /must be one of always_on/],
    ['OTEL_TRACES_SAMPLER_ARG', '2', /0 to 1/],
  ])('names the fix for %s=%s', (name, value, fix) => {
    expect(() => read({ [name]: value })).toThrow(fix);
    expect(() => read({ [name]: value })).toThrow(name);
  });

  it('keeps headers, which hold keys, out of the log', () => {
    expect(loggableSettings({ OTEL_EXPORTER_OTLP_HEADERS: { key: 'x' } })).toEqual({
      OTEL_EXPORTER_OTLP_HEADERS: 'set',
    });
  });
});
