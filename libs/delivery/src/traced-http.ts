import { SpanKind } from '@opentelemetry/api';
import { OutboundFailure, type OutboundHttp } from '@newsrelay/channel-kit/outbound-http';
import { inSpan, isTracing } from '@newsrelay/telemetry/tracing';

/**
 * A span for each request to an outlet (OpenTelemetry semantic conventions for HTTP clients). Its address is told, its URL
 * is not: paths and queries of outlets hold keys. Nor is the outlet told of the trace: see docs/adr/0012.
 */
export function tracedHttp(http: OutboundHttp): OutboundHttp {
  if (!isTracing()) return http;
  return {
    request: (request) => {
      const url = new URL(request.url);
      const attributes = {
        'http.request.method': request.method,
        'server.address': url.hostname,
        'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      };
      return inSpan(request.method, { kind: SpanKind.CLIENT, attributes }, async (span) => {
        try {
          const answer = await http.request(request);
          span.set({ 'http.response.status_code': answer.status });
          if (answer.status >= 400) span.set({ 'error.type': String(answer.status) });
          return answer;
        } catch (error) {
          span.set({ 'error.type': error instanceof OutboundFailure ? error.kind : 'failure' });
          throw error;
        }
      });
    },
  };
}
