import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { isTracing } from '@newsrelay/telemetry/tracing';
import { methodOf } from './request-durations.js';

/**
 * Answers a request at once, before it is routed; false, and nothing said, leaves it to the routes. `address` is the caller's; null
 * where proxies are trusted and only the routes know it.
 */
export type AtTheDoor = (
  request: IncomingMessage,
  response: ServerResponse,
  address: string | null,
) => boolean;

/**
 * What stands before all routes, for answers that lie ready in memory and cost less than being routed (ADR 23). No hook sees such
 * a request: whoever answers here has the same route behind it, marked as every route is, and leaves to it all that
 * is not plain. Shut while requests are traced, and as soon as the process stops.
 */
@Injectable()
export class FrontDoor implements BeforeApplicationShutdown {
  #taker: { route: string; answer: AtTheDoor } | undefined;

  constructor(@Inject(Metrics) private readonly metrics: Metrics) {}

  /** `route` is the template of the route behind it, for the metrics. */
  take(route: string, answer: AtTheDoor): void {
    this.#taker = { route, answer };
  }

  /** Puts it before what answers the server's requests now. */
  open(server: Server, trustsProxies: boolean): void {
    if (isTracing()) return;
    const routers = server.listeners('request');
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const address = trustsProxies ? null : (request.socket.remoteAddress ?? null);
      if (this.#answers(request, response, address)) return;
      for (const router of routers) Reflect.apply(router, server, [request, response]);
    });
  }

  /** A connection that is kept busy would never be closed. */
  beforeApplicationShutdown(): void {
    this.#taker = undefined;
  }

  #answers(request: IncomingMessage, response: ServerResponse, address: string | null): boolean {
    if (this.#taker === undefined) return false;
    const begun = performance.now();
    const { route, answer } = this.#taker;
    if (!answer(request, response, address)) return false;
    this.metrics.httpSeconds.observe(
      { method: methodOf(request.method), route, status: response.statusCode },
      (performance.now() - begun) / 1000,
    );
    return true;
  }
}
