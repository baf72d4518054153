import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '@newsrelay/contracts/problem';
import { CROSS_ORIGIN } from '@newsrelay/feed-kit/cross-origin';
import { pagingQuery } from '@newsrelay/http-api/paging';
import { Open } from '@newsrelay/http-api/route-marks';
import { FeedAccess } from '../access/feed-access.js';
import { FeedsEvents } from '../events.js';
import { FeedChanges } from './feed-changes.js';

/** Seconds that a request may wait; proxies usually give up after 60. */
const MAX_WAIT = 60;
/** Seconds after which one for whom there was no room may come again. */
const RETRY_AFTER = 5;

const changesQuery = z.strictObject({
  after: z.string().optional(),
  limit: pagingQuery.limit,
  wait: z.coerce
    .number('must be a number of seconds')
    .int('must be a whole number of seconds')
    .min(0, 'must be at least 0')
    .max(MAX_WAIT, `must be at most ${MAX_WAIT} seconds`)
    .default(0),
});

/** What came, changed and went in a feed, in order, for machines that follow it. */
@Controller('feeds')
export class ChangesController {
  constructor(
    @Inject(FeedAccess) private readonly access: FeedAccess,
    @Inject(FeedChanges) private readonly changes: FeedChanges,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {}

  @Get(':channel/changes')
  @Open()
  async read(
    @Param('channel') channelId: string,
    @Query({ schema: changesQuery }) query: z.infer<typeof changesQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { answered, still } = await this.access.admit({ channelId, format: 'changes' }, request, reply);
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
    });
    // A head has nothing to wait for.
    const asked = request.method === 'HEAD' ? { ...query, wait: 0 } : query;
    try {
      const { text } = await this.changes.read(channelId, asked, gone.signal, still);
      this.events.requested('changes', 200);
      answered(200);
      await reply
        .headers({ 'cache-control': 'no-store', ...CROSS_ORIGIN })
        .type('application/json; charset=utf-8')
        .send(text);
    } catch (error) {
      if (error instanceof Problem) {
        this.events.requested('changes', error.status);
        answered(error.status);
        void reply.headers(CROSS_ORIGIN);
        if (error.status === 429) void reply.header('retry-after', String(RETRY_AFTER));
      }
      throw error;
    }
  }
}
