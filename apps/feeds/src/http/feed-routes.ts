import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { FrontDoor } from '@newsrelay/http-api/front-door';
import type { RouteMark } from '@newsrelay/http-api/route-marks';
import { FEEDS_PATH, FeedAnswers } from './feed-answers.js';
import { PREFLIGHT } from './preflight.js';

const ROUTE = `${FEEDS_PATH}:file`;
const OPEN: RouteMark = { open: true };

/** The feeds' routes: Fastify's own, without Nest's pipeline, and before them the front door (ADR 23). */
@Injectable()
export class FeedRoutes implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(FrontDoor) private readonly door: FrontDoor,
    @Inject(FeedAnswers) private readonly answers: FeedAnswers,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.route<{ Params: { file: string } }>({
      method: ['GET', 'HEAD'],
      url: ROUTE,
      config: { newsrelay: OPEN },
      handler: (request, reply) => this.answers.answer(request, reply, request.params.file),
    });
    fastify.options(ROUTE, { config: { newsrelay: OPEN } }, (_request, reply) =>
      reply.code(204).headers(PREFLIGHT).send(),
    );
    this.door.take(ROUTE, (request, response, address) => this.answers.atOnce(request, response, address));
  }
}
