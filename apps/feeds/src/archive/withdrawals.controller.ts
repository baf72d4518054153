import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { itemId } from '@newsrelay/channel-feed/feed-item';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { articlePageUrl } from '@newsrelay/feed-kit/addresses';
import { CROSS_ORIGIN } from '@newsrelay/feed-kit/cross-origin';
import { accessHeaders, ARCHIVE_CACHE_CONTROL } from '@newsrelay/feed-kit/freshness';
import { strongEtag, UNDATED } from '@newsrelay/feed-kit/validators';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Open } from '@newsrelay/http-api/route-marks';
import type { Ledger } from '@newsrelay/ledger/database';
import { readWithdrawals } from '@newsrelay/ledger/feed-log';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { FeedAccess } from '../access/feed-access.js';
import { FeedChannels } from '../access/feed-channels.js';
import { FeedsEvents } from '../events.js';
import { answerWith, statusFor, type Representation } from '../http/conditional-answer.js';
import { PUBLIC_URL } from '../public-url.js';

const listQuery = z.strictObject(pagingQuery);

/** What a feed has shown and is withdrawn now, latest first: for those who take articles from it and hold copies. */
@Controller('feeds')
export class WithdrawalsController {
  constructor(
    @Inject(FeedAccess) private readonly access: FeedAccess,
    @Inject(FeedChannels) private readonly channels: FeedChannels,
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
    const { answered } = await this.access.admit({ channelId, format: 'withdrawals' }, request, reply);
    const { settings } = await this.channels.feedOf(channelId);
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
    const { access } = feedSettings.parse(settings);
    // Without a date: an article that is published again leaves the list, and no withdrawal tells when.
    const shown: Representation = {
      body,
      etag: strongEtag(body),
      lastModified: UNDATED,
      contentType: 'application/json; charset=utf-8',
      headers: { ...accessHeaders(access, ARCHIVE_CACHE_CONTROL), ...CROSS_ORIGIN },
    };
    const status = statusFor(request, shown);
    this.events.requested('withdrawals', status);
    await answerWith(shown, status, reply);
    answered(status);
  }
}
