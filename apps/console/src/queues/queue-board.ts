import { randomBytes } from 'node:crypto';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { AppControllerRoute } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { DeliveryQueue } from '@newsrelay/delivery/queue';
import { markScope } from '@newsrelay/http-api/route-marks';
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

  async onModuleInit(): Promise<void> {
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
    await fastify.register(
      (scope, _options, done) => {
        markScope(scope, { needs: 'queues' }, `/?next=${QUEUES_PATH}`);
        scope.addHook('onRequest', async (_request, reply) => {
          // The library's page has style attributes in its loading sign, which goes unstyled; nothing else is lost.
          void reply.headers(pageHeaders(randomBytes(16).toString('base64url')));
          const reached = await this.queue.reached().then(
            () => true,
            () => false,
          );
          if (reached) return;
          const problem = new Problem(503, 'Redis cannot be reached now; deliveries wait in the ledger.');
          await reply.status(503).type('application/problem+json').send(JSON.stringify(problem));
        });
        void scope.register(board.registerPlugin());
        done();
      },
      { prefix: QUEUES_PATH },
    );
  }
}
