import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '@newsrelay/telemetry/metrics';

/** Requests that match no route, whatever they ask for, are one: paths that callers make up are no labels. */
export const NO_ROUTE = '(none)';

/** The template of the route that a request matched, as `/api/v1/articles/:id`. */
export function routeOf(request: FastifyRequest): string {
  const { url } = request.routeOptions;
  return url === undefined || url === '*' || url === '/*' ? NO_ROUTE : url;
}

/** Measures every request that is answered, those refused before their handler as well. */
export function measureRequests(fastify: FastifyInstance, metrics: Metrics): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    metrics.httpSeconds.observe(
      { method: methodOf(request.method), route: routeOf(request), status: reply.raw.statusCode },
      reply.elapsedTime / 1000,
    );
    done();
  });
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** As a label: what callers make up is one. */
export function methodOf(method = ''): string {
  return METHODS.has(method) ? method : '(other)';
}
