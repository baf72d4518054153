import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SpanKind } from '@opentelemetry/api';
import { isTracing, openSpan, type OpenSpan, type TraceCarrier } from '@newsrelay/telemetry/tracing';
import { NO_ROUTE, routeOf } from './request-durations.js';

/** Asked every few seconds by machines: they would bury everything else. */
const UNTRACED = /^\/(health|metrics)(\/|$)/;
/** Whoever has a key may continue a trace of theirs here; a stranger's header decides nothing. */
const MAY_CONTINUE = '/api/';

/**
 * A span for each request, in which its handler runs. Register it after what refuses requests without a key: those are
 * counted, not traced. Without tracing no hook is there.
 */
export function traceRequests(fastify: FastifyInstance): void {
  if (!isTracing()) return;
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  fastify.addHook('onRequest', async (request) => {
    const route = routeOf(request);
    if (!UNTRACED.test(route)) {
      const { method } = request;
      const span = openSpan(route === NO_ROUTE ? method : `${method} ${route}`, {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': method,
          'url.scheme': 'http',
          ...(route === NO_ROUTE ? {} : { 'http.route': route }),
        },
        parent: route.startsWith(MAY_CONTINUE) ? carrierOf(request) : null,
      });
      spans.set(request, span);
    }
    return Promise.resolve();
  });
  // Only here: what reads the body comes back outside of what was entered before it.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else span.run(done);
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const status = reply.raw.statusCode;
    const span = spans.get(request);
    span?.set({
      'http.response.status_code': status,
      ...(status >= 500 ? { 'error.type': String(status) } : {}),
    });
    span?.end(status >= 500 ? `answered ${status}` : null);
    return Promise.resolve();
  });
}

function carrierOf({ headers }: FastifyRequest): TraceCarrier | null {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return null;
  return { traceparent, ...(typeof tracestate === 'string' ? { tracestate } : {}) };
}
