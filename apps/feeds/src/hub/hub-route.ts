import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { decodeUtf8 } from '@newsrelay/http-api/body-parsers';
import { markScope } from '@newsrelay/http-api/route-marks';
import { isLedgerAway } from '@newsrelay/ledger/database';
import { credentialsOf } from '../access/credentials.js';
import { FeedsEvents } from '../events.js';
import { HubRefused, readHubForm } from './hub-form.js';
import { Hub } from './hub.js';

export const HUB_PATH = '/hub';
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** Two addresses and a secret are far smaller. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * `POST /hub`. A Fastify route of its own: it takes forms, and its refusals are plain text, as the Recommendation asks, whoever
 * makes them.
 */
@Injectable()
export class HubRoute implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(Hub) private readonly hub: Hub,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    // Not waited for: that would boot Fastify before Nest has brought its routes and its handler of errors.
    void fastify.register((scope, _options, done) => {
      markScope(scope, { open: true });
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser(
        '*',
        { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
        (_request: FastifyRequest, body: Buffer) => Promise.resolve(body),
      );
      scope.route({
        method: 'POST',
        url: HUB_PATH,
        // Before the body is read.
        onRequest: (request, _reply, next) => {
          try {
            this.hub.admit({ address: request.ip });
            next();
          } catch (error) {
            next(error as Error);
          }
        },
        handler: (request, reply) => this.#answer(request, reply),
        errorHandler: (error, request, reply) => {
          this.#refuse(error, request, reply);
        },
      });
      done();
    });
  }

  async #answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const form = readHubForm(textOf(request));
    await this.hub.take(form, { address: request.ip, shown: credentialsOf(request.raw) });
    this.events.hubAsked(form.mode, 'accepted');
    await reply.code(202).header('cache-control', 'no-store').send();
  }

  #refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const refused = refusalOf(error);
    if (refused.status === 500) request.log.error({ err: error }, 'the hub failed');
    this.events.hubAsked('refused', String(refused.status));
    reply.code(refused.status).header('cache-control', 'no-store').type('text/plain; charset=utf-8');
    if (refused.retryAfterSeconds !== null) reply.header('retry-after', refused.retryAfterSeconds);
    void reply.send(`${refused.message}\n`);
  }
}

/** @throws HubRefused 415, Problem 400 */
function textOf({ headers, body }: FastifyRequest): string {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  if (type.toLowerCase() !== FORM_TYPE) throw new HubRefused(415, `send ${FORM_TYPE}`);
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter));
  if (charset !== undefined && !/^charset="?utf-?8"?$/i.test(charset))
    throw new HubRefused(415, 'send UTF-8');
  return Buffer.isBuffer(body) ? decodeUtf8(body) : '';
}

function refusalOf(error: unknown): HubRefused {
  if (error instanceof HubRefused) return error;
  if (error instanceof Problem) return new HubRefused(error.status, error.message);
  if (isLedgerAway(error)) return new HubRefused(503, 'the hub cannot be reached now: come back later', 5);
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return new HubRefused(413, `the body must be at most ${MAX_BODY_BYTES} bytes`);
  if (status === 415) return new HubRefused(415, `send ${FORM_TYPE}`);
  if (status >= 400 && status < 500) return new HubRefused(status, 'the request cannot be read');
  return new HubRefused(500, 'something went wrong here; it is in the log');
}
