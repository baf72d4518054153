import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { CROSS_ORIGIN } from '@newsrelay/feed-kit/cross-origin';
import { archivePageUrl, feedUrl, parseArchiveFile } from '@newsrelay/feed-kit/addresses';
import { Open } from '@newsrelay/http-api/route-marks';
import { FeedAccess } from '../access/feed-access.js';
import { FeedChannels } from '../access/feed-channels.js';
import { FeedsEvents } from '../events.js';
import { answerWith, statusFor } from '../http/conditional-answer.js';
import { PUBLIC_URL } from '../public-url.js';
import { ArchivePages } from './archive-pages.js';

/** Archive pages of feeds (RFC 5005, section 4). */
@Controller('feeds')
export class ArchiveController {
  constructor(
    @Inject(FeedAccess) private readonly access: FeedAccess,
    @Inject(FeedChannels) private readonly channels: FeedChannels,
    @Inject(ArchivePages) private readonly pages: ArchivePages,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {}

  @Get(':channel/archive/:file')
  @Open()
  async read(
    @Param('channel') channelId: string,
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const named = parseArchiveFile(file);
    const asked = { channelId, format: named?.format ?? 'none' };
    const { answered } = await this.access.admit(asked, request, reply);
    const channel = await this.channels.feedOf(channelId);
    if (named === null) throw this.#nothing(channelId, file);
    const { number, format } = named;
    const { documents, following, newest } = await this.pages.read(channel, number);
    if (documents === null) {
      // What follows the newest page is the feed itself; what a restored ledger does not know is followed by the next it has.
      const isNext = newest !== null && number === newest + 1;
      if (following === null && !isNext) throw this.#nothing(channelId, file);
      const to =
        following === null
          ? feedUrl(this.publicUrl, channelId, format)
          : archivePageUrl(this.publicUrl, channelId, following, format);
      this.events.requested(format, 307);
      answered(307);
      await reply
        .code(307)
        .header('location', to)
        .headers({ 'cache-control': 'no-store', ...CROSS_ORIGIN })
        .send();
      return;
    }
    const document = documents[format];
    const status = statusFor(request, document);
    this.events.requested(format, status);
    await answerWith(document, status, reply);
    answered(status);
  }

  #nothing(channelId: string, file: string): Problem {
    this.events.requested('none', 404);
    return new Problem(404, `The feed ${channelId} has no archive page ${file}.`);
  }
}
