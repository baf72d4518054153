import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { channelId } from '@newsrelay/contracts/channel';
import { Problem } from '@newsrelay/contracts/problem';
import { parseFeedFile } from '@newsrelay/feed-kit/addresses';
import { Open } from '@newsrelay/http-api/route-marks';
import { FeedsEvents } from '../events.js';
import { FeedShelfService } from '../shelf/feed-shelf.service.js';
import type { ServedFeed, Shelf } from '../shelf/shelf.js';
import { SITE, type Site } from '../site.js';
import { feedPage } from '../discovery/feed-pages.js';
import { shownFeed } from '../discovery/shown-items.js';
import { answerWith, statusFor } from './conditional-answer.js';
import { isOpenedInBrowser } from './for-people.js';
import { HTML, SAFE_PAGE } from './page-headers.js';

const PAGE_VARIES = 'Accept-Encoding, Sec-Fetch-Dest, Sec-Fetch-Mode';

/** The feeds: open to everyone, answered from memory. HEAD is GET without its body (Fastify adds it). */
@Controller('feeds')
export class FeedController {
  constructor(
    @Inject(FeedShelfService) private readonly shelves: FeedShelfService,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
    @Inject(SITE) private readonly site: Site,
  ) {}

  @Get(':file')
  @Open()
  async read(
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const named = parseFeedFile(file);
    if (named === null) throw this.#nothing(file);
    const shelf = this.shelves.peek(named.channelId) ?? (await this.#lookUp(named.channelId));
    if (shelf.kind === 'closed') {
      this.events.requested(named.format, 410);
      throw new Problem(410, `The feed ${named.channelId} was closed.`);
    }
    if (shelf.kind === 'absent') throw this.#nothing(file);
    const document = shelf.documents[named.format];
    if (isOpenedInBrowser(request)) {
      this.events.requested('page', 200);
      await this.#page(named.channelId, shelf, reply);
      return;
    }
    const status = statusFor(request, document);
    this.events.requested(named.format, status);
    await answerWith(document, status, reply);
  }

  /** What a feed is, and what is in it. Not kept: nobody but a browser may get it instead of the feed. */
  async #page(channelId: string, { documents }: ServedFeed, reply: FastifyReply): Promise<void> {
    const { feed, items } = shownFeed(channelId, documents.json.body);
    const page = Buffer.from(feedPage(feed, items, this.site));
    await reply
      .headers({ ...SAFE_PAGE, 'cache-control': 'private, no-store', vary: PAGE_VARIES })
      .type(HTML)
      .send(page);
  }

  #lookUp(id: string): Promise<Shelf> | Shelf {
    // What cannot be a channel's id costs no query.
    return channelId.safeParse(id).success ? this.shelves.get(id) : { kind: 'absent' };
  }

  #nothing(file: string): Problem {
    this.events.requested('none', 404);
    return new Problem(404, `There is no feed ${file}.`);
  }
}
