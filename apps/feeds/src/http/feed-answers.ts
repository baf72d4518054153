import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { channelId } from '@newsrelay/contracts/channel';
import { Problem } from '@newsrelay/contracts/problem';
import { feedUrl, parseFeedFile, type FeedFormat } from '@newsrelay/feed-kit/addresses';
import { CROSS_ORIGIN } from '@newsrelay/feed-kit/cross-origin';
import { FEED_CACHE_CONTROL } from '@newsrelay/feed-kit/freshness';
import { feedPage } from '../discovery/feed-pages.js';
import { shownFeed } from '../discovery/shown-items.js';
import { FeedAccess } from '../access/feed-access.js';
import { FeedsEvents } from '../events.js';
import { FeedShelfService } from '../shelf/feed-shelf.service.js';
import type { ServedFeed, Shelf } from '../shelf/shelf.js';
import { SITE, type Site } from '../site.js';
import { answerWith, codingFor, isConditional, statusFor, write200, write304 } from './conditional-answer.js';
import { FeedPolls } from './feed-polls.js';
import { isOpenedInBrowser } from './for-people.js';
import { HTML, SAFE_PAGE } from './page-headers.js';

const PAGE_VARIES = 'Accept-Encoding, Sec-Fetch-Dest, Sec-Fetch-Mode';

type NamedFeed = NonNullable<ReturnType<typeof parseFeedFile>>;

/** Where feeds are, with a slash at its end. */
export const FEEDS_PATH = '/feeds/';

/** For as long as a feed: an operator may take it back. */
const MOVED = { 'cache-control': FEED_CACHE_CONTROL };

/** What a feed's address is answered with: at once, where that is plain from memory, or by its route. */
@Injectable()
export class FeedAnswers {
  constructor(
    @Inject(FeedShelfService) private readonly shelves: FeedShelfService,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
    @Inject(FeedAccess) private readonly access: FeedAccess,
    @Inject(FeedPolls) private readonly polls: FeedPolls,
    @Inject(SITE) private readonly site: Site,
  ) {}

  /**
   * 200 or 304 without waiting; false, and nothing said, where the ledger or zlib has to be waited for, or something else than
   * the feed is to be said. `address` is the caller's, null where it is not known here.
   */
  atOnce(request: IncomingMessage, response: ServerResponse, address: string | null): boolean {
    const { method, url = '', headers } = request;
    if ((method !== 'GET' && method !== 'HEAD') || !url.startsWith(FEEDS_PATH)) return false;
    const file = url.slice(FEEDS_PATH.length);
    const named = parseFeedFile(file);
    if (named === null || headers['content-encoding'] !== undefined || isOpenedInBrowser(request))
      return false;
    const feed = this.shelves.peek(named.channelId);
    if (feed?.kind !== 'feed') return false;
    const { access, movedTo } = feed.state.settings;
    if (access !== 'public' || movedTo !== undefined) return false;
    const shown = feed.documents[named.format];
    const coding = codingFor(request, shown);
    if (coding === null) return false;
    if (statusFor(request, shown) === 304) {
      this.#answered(named, request, 304);
      write304(response, request, shown, coding);
      return true;
    }
    const body = shown.coded.made(coding);
    if (body === undefined) return false;
    if (isWholePoll(request) && (address === null || this.polls.take(address, file) > 0)) return false;
    this.#answered(named, request, 200);
    write200(response, shown, coding, body);
    return true;
  }

  /** @throws Problem 404, 406, 410, 429, and what reading the ledger throws */
  async answer(request: FastifyRequest, reply: FastifyReply, file: string): Promise<void> {
    // Of refusals too: a page's script may read why.
    void reply.headers(CROSS_ORIGIN);
    const named = parseFeedFile(file);
    if (named === null) throw this.#nothing(file);
    const { found, answered } = await this.access.admit(named, request, reply);
    const feed = await this.#feedOf(named.channelId, named.format, file);
    if (!found) throw this.#nothing(file);
    const { movedTo } = feed.state.settings;
    if (movedTo !== undefined && movedTo !== named.channelId) {
      this.events.requested(named.format, 301);
      const location = feedUrl(this.site.publicUrl, movedTo, named.format);
      await reply
        .code(301)
        .headers({ ...MOVED, location })
        .send();
      answered(301);
      return;
    }
    if (isOpenedInBrowser(request)) {
      await this.#page(named.channelId, feed, reply);
      return;
    }
    const shown = feed.documents[named.format];
    const status = statusFor(request, shown);
    if (status === 200 && isWholePoll(request)) this.#count(request, reply, named.format, file);
    await answerWith(shown, status, reply);
    this.events.requested(named.format, status);
    answered(status);
  }

  /** Of a public feed, at the front door. */
  #answered({ channelId, format }: NamedFeed, { headers }: IncomingMessage, status: 200 | 304): void {
    this.events.requested(format, status);
    this.access.count(channelId, null, headers['user-agent'], status);
  }

  /** What a feed is, and what is in it. Not kept: nobody but a browser may get it instead of the feed. */
  async #page(channelId: string, { documents }: ServedFeed, reply: FastifyReply): Promise<void> {
    const { feed, items } = shownFeed(channelId, documents.json.body);
    const page = Buffer.from(feedPage(feed, items, this.site));
    this.events.requested('page', 200);
    await reply
      .headers({ ...SAFE_PAGE, 'cache-control': 'private, no-store', vary: PAGE_VARIES })
      .type(HTML)
      .send(page);
  }

  async #feedOf(id: string, format: FeedFormat, file: string): Promise<ServedFeed> {
    const shelf = this.shelves.peek(id) ?? (await this.#lookUp(id));
    if (shelf.kind === 'closed') {
      this.events.requested(format, 410);
      throw new Problem(410, `The feed ${id} was closed.`);
    }
    if (shelf.kind === 'absent') throw this.#nothing(file);
    return shelf;
  }

  #lookUp(id: string): Promise<Shelf> | Shelf {
    // What cannot be a channel's id costs no query.
    return channelId.safeParse(id).success ? this.shelves.get(id) : { kind: 'absent' };
  }

  #count(request: FastifyRequest, reply: FastifyReply, format: FeedFormat, file: string): void {
    const seconds = this.polls.take(request.ip, file);
    if (seconds === 0) return;
    this.events.requested(format, 429);
    void reply.header('retry-after', String(seconds));
    throw new Problem(
      429,
      `${file} is asked for too often from ${request.ip}: ask with If-None-Match, which is always answered, or in ${seconds} s.`,
    );
  }

  #nothing(file: string): Problem {
    this.events.requested('none', 404);
    return new Problem(404, `There is no feed ${file}.`);
  }
}

/** All of it is asked for, by someone who does not say what it has. HEAD costs next to nothing. */
function isWholePoll(request: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return request.method === 'GET' && !isConditional(request);
}
