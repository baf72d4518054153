import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { itemId } from '@newsrelay/channel-feed/feed-item';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { articlePageUrl } from '@newsrelay/feed-kit/addresses';
import { ARCHIVE_CACHE_CONTROL } from '@newsrelay/feed-kit/freshness';
import { isNotModified, strongEtag } from '@newsrelay/feed-kit/validators';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Open } from '@newsrelay/http-api/route-marks';
import type { Ledger } from '@newsrelay/ledger/database';
import { readWithdrawals } from '@newsrelay/ledger/feed-log';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { FeedsEvents } from '../events.js';
import { PUBLIC_URL } from '../public-url.js';
import { FeedAccess } from './feed-access.js';
import { FOR_ALL_ORIGINS } from './for-all-origins.js';

const listQuery = z.strictObject(pagingQuery);

/** What a feed has shown and is withdrawn now, latest first: for those who take articles from it and hold copies. */
@Controller('feeds')
export class WithdrawalsController {
  constructor(
    @Inject(FeedAccess) private readonly access: FeedAccess,
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {}

  @Get(':channel/withdrawals.json')
  @Open()
  async list(
    @Param('channel') channelId: string,
    @Query({ schema: listQuery }) { limit, cursor }: z.infer<typeof listQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.access.feedOf(channelId);
    const rows = await readWithdrawals(this.ledger, channelId, decodeCursor(cursor, z.uuid()), limit + 1);
    const page = pageOf(
      rows,
      limit,
      ({ articleId, withdrawnAt }) => ({ createdAt: withdrawnAt.toISOString(), id: articleId }),
      ({ articleId, version, withdrawnAt }) => ({
        id: itemId(articleId),
        version,
        at: toShanghaiTime(withdrawnAt),
        url: articlePageUrl(this.publicUrl, articleId),
      }),
    );
    const body = Buffer.from(`${JSON.stringify(page)}\n`);
    const etag = strongEtag(body);
    // Without a date: an article that is published again leaves the list, and no withdrawal tells when.
    const conditions = { ifNoneMatch: request.headers['if-none-match'], ifModifiedSince: undefined };
    const status = isNotModified(conditions, { etag, lastModified: 0 }) ? 304 : 200;
    this.events.requested('withdrawals', status);
    void reply
      .code(status)
      .headers({ etag, 'cache-control': ARCHIVE_CACHE_CONTROL, vary: 'Accept-Encoding', ...FOR_ALL_ORIGINS });
    if (status === 200) await reply.type('application/json; charset=utf-8').send(body);
    else await reply.send();
  }
}
