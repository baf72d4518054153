import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { isLedgerAway, unavailabilityOf } from '@newsrelay/ledger/database';
import { RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import type { Metrics } from '@newsrelay/telemetry/metrics';
import { pathOf, type RouteTable } from './route-table.js';
import { sendProblem } from './send-problem.js';

/** Every error answer is RFC 9457 problem details; what is not the caller's fault is logged and told without its inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** While PostgreSQL is away every request fails for the same reason. */
  readonly #awayLog = new RateLimitedLog((fields, message) => {
    this.logger.warn(fields, message);
  });

  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = this.#problemOf(error, request, reply);
    this.metrics.refusals.inc({ status: problem.status });
    if (problem.status === 503)
      this.#awayLog.say({ err: error, url: request.url }, 'requests are answered 503');
    else if (problem.status >= 500) {
      this.logger.error({ err: error, method: request.method, url: request.url }, 'request failed');
    }
    sendProblem(reply, problem);
  }

  #problemOf(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
    if (error instanceof Problem) return error;
    // The client went away or took too long: its broken connection looks like one of ours.
    if (request.raw.errored !== null)
      return new Problem(400, 'The request broke off before its body was here.');
    if (isLedgerAway(error)) return new Problem(503, unavailabilityOf(error));
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    const message = error instanceof Error ? error.message : '';
    if (status === 404) {
      const path = pathOf(request.url);
      const allowed = this.routes.methodsOf(path);
      if (allowed.length === 0) return new Problem(404, `There is nothing at ${path}.`);
      void reply.header('allow', allowed.join(', '));
      return new Problem(405, `${request.method} is not answered here; ${allowed.join(', ')} is.`);
    }
    if (status === 413)
      return new Problem(413, 'The body is too large: at most 1 MiB for JSON, 4 MiB for a newspaper page.');
    if (status === 415) {
      return new Problem(
        415,
        'The media type is not taken here: send application/json, or text/plain for a newspaper page.',
      );
    }
    if (status >= 400 && status < 500) return new Problem(status, message);
    return new Problem(500, 'Something went wrong here; it is in the log.');
  }
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : 500;
}
