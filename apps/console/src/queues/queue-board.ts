import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { AppControllerRoute } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { DeliveryQueue } from '@newsrelay/delivery/queue';
import { markScope } from '@newsrelay/http-api/route-marks';
import { sendProblem } from '@newsrelay/http-api/send-problem';
import { pageHeaders } from '../web/page-headers.js';

export const QUEUES_PATH = '/queues';

/** Without a route that changes anything: not refused, not there. */
class ReadOnlyBoard extends FastifyAdapter {
  override setApiRoutes(routes: AppControllerRoute[]): FastifyAdapter {
    return super.setApiRoutes(routes.filter(({ method }) => [method].flat().every((name) => name === 'get')));
  }
}

/**
 * Bull Board over both lanes, to look at only: jobs hold ids and can be made again from the ledger at any moment, so that
 * whoever changed one here would change nothing that lasts. Asks for the same login as the API.
 */
@Injectable()
export class QueueBoard implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
  ) {}

  onModuleInit(): void {
    const board = new ReadOnlyBoard();
    board.setBasePath(QUEUES_PATH);
    createBullBoard({
      queues: this.queue.lanes().map(
        (lane) =>
          new BullMQAdapter(lane, {
            readOnlyMode: true,
            allowRetries: false,
            description:
              '只读。台账（PostgreSQL）是准，队列只管时间。Read-only: the ledger is the truth, this is its clock.',
          }),
      ),
      serverAdapter: board,
      options: {
        uiConfig: {
          boardTitle: 'Newsrelay 队列',
          miscLinks: [{ text: '← Newsrelay', url: '/' }],
          hideRedisDetails: true,
        },
      },
    });
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    // Not waited for: that would boot Fastify before Nest has brought its routes and its handler of errors.
    void fastify.register(
      (scope, _options, done) => {
        markScope(scope, { needs: 'queues' }, `/?next=${QUEUES_PATH}`);
        // The library would answer refusals of ours as failures of its own, and failures with their stack.
        scope.addHook('onRoute', (route) => {
          route.errorHandler = answerProblem;
        });
        scope.addHook('onRequest', async (_request, reply) => {
          // The library's page has style attributes, and a base that its own files are relative to.
          void reply.headers(pageHeaders({ styles: "'unsafe-inline'", base: 'self' }));
          await this.queue.reached().catch(() => {
            throw new Problem(503, 'Redis cannot be reached now; deliveries wait in the ledger.');
          });
        });
        void scope.register(board.registerPlugin());
        done();
      },
      { prefix: QUEUES_PATH },
    );
  }
}

/** As everywhere else: what was refused is told, what failed is told without its inside. */
function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem =
    error instanceof Problem ? error : new Problem(500, 'The queues cannot be shown now; it is in the log.');
  if (problem.status >= 500)
    request.log.error({ err: error, url: request.url }, 'the queues cannot be shown');
  sendProblem(reply, problem);
}
