import { StandardSchemaValidationPipe, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger as NestLogger } from 'nestjs-pino';
import type { z } from 'zod';
import { problemFromIssues } from '@newsrelay/contracts/problem-from-zod';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { Authenticator } from './authenticator.js';
import { registerBodyParsers } from './body-parsers.js';
import { refuseContentEncodings } from './content-encoding.js';
import { answerUnreadable, frameworkErrors } from './edge-errors.js';
import { FrontDoor } from './front-door.js';
import { guardRoutes } from './guard.js';
import { refuseNul } from './nul.js';
import { takePathToken } from './path-token.js';
import { ProblemFilter } from './problem.filter.js';
import { watchRouteMarks } from './route-marks.js';
import { measureRequests } from './request-durations.js';
import { traceRequests } from './request-traces.js';
import { RouteTable } from './route-table.js';

/** Idle keep-alive connections are closed by us after this, longer than usual proxies keep theirs. */
const KEEP_ALIVE_MS = 65_000;

/**
 * A Nest application on Fastify with our edge: bounded bodies, UTF-8 JSON, keys, problem details. The module must bring
 * `TelemetryModule` and `HttpApiModule`. It does not listen while a route is marked for nobody. Not listening yet; `listen` and `close` are the caller's.
 */
export async function createHttpApplication(
  module: DynamicModule,
  trustedProxies: readonly string[] = [],
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Behind these the address, host and protocol of a request are what X-Forwarded-* says.
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 300 },
    rewriteUrl: takePathToken,
    frameworkErrors,
    clientErrorHandler: answerUnreadable,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(NestLogger));
  const fastify = adapter.getInstance();
  const routes = new RouteTable();
  routes.watch(fastify);
  watchRouteMarks(fastify);
  measureRequests(fastify, app.get(Metrics));
  registerBodyParsers(fastify);
  const filter = new ProblemFilter(app.get<Logger>(LOGGER), app.get(Metrics), routes);
  guardRoutes(fastify, app.get(Authenticator));
  traceRequests(fastify);
  refuseNul(fastify);
  refuseContentEncodings(fastify);
  app.get(FrontDoor).open(fastify.server, trustedProxies.length > 0);
  app.useGlobalFilters(filter);
  app.useGlobalPipes(
    new StandardSchemaValidationPipe({
      exceptionFactory: (issues) => problemFromIssues(issues as readonly z.core.$ZodIssue[]),
    }),
  );
  return app;
}
