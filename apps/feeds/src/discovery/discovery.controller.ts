import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { indexNowManifest } from '@newsrelay/channel-indexnow/manifest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { STYLESHEET_PATH } from '@newsrelay/feed-kit/stylesheet';
import { Open } from '@newsrelay/http-api/route-marks';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { hasChannelWithSetting } from '@newsrelay/ledger/public-feeds';
import { languageOf } from '../http/for-people.js';
import { HTML, SAFE_PAGE } from '../http/page-headers.js';
import { SITE, type Site } from '../site.js';
import { answerDocument } from './answer-document.js';
import { FeedDirectory } from './feed-directory.js';
import { feedsPage } from './feed-pages.js';
import { FEED_STYLESHEET } from './feed-stylesheet.js';
import { keptDocument, type KeptDocument } from './kept-documents.js';
import { opml } from './opml.js';
import { robots } from './robots.js';
import { Sitemaps } from './sitemaps.js';

const XML = 'application/xml; charset=utf-8';
const PLAIN = 'text/plain; charset=utf-8';

/** What people and search engines find feeds and articles by. All of it is open; HEAD is GET without its body. */
@Controller()
export class DiscoveryController {
  readonly #stylesheet = keptDocument(FEED_STYLESHEET);
  readonly #robots: KeptDocument;

  constructor(
    @Inject(SITE) private readonly site: Site,
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(FeedDirectory) private readonly directory: FeedDirectory,
    @Inject(Sitemaps) private readonly sitemaps: Sitemaps,
  ) {
    this.#robots = keptDocument(robots(site));
  }

  @Get('feeds')
  @Open()
  async feeds(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { feeds } = await this.directory.list();
    const page = keptDocument(feedsPage(feeds, this.site, languageOf(request)));
    const headers = { ...SAFE_PAGE, vary: 'Accept-Encoding, Accept-Language' };
    await answerDocument(page, { contentType: HTML, maxAge: 60, headers }, request, reply);
  }

  @Get('opml.xml')
  @Open()
  async outline(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const outline = keptDocument(opml(await this.directory.list(), this.site));
    await answerDocument(outline, { contentType: 'text/x-opml; charset=utf-8', maxAge: 60 }, request, reply);
  }

  @Get(STYLESHEET_PATH)
  @Open()
  async stylesheet(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const shown = { contentType: 'text/css; charset=utf-8', maxAge: 86_400 };
    await answerDocument(this.#stylesheet, shown, request, reply);
  }

  @Get('robots.txt')
  @Open()
  async robots(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await answerDocument(this.#robots, { contentType: PLAIN, maxAge: 3_600 }, request, reply);
  }

  @Get('sitemap.xml')
  @Open()
  async sitemap(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await answerDocument(await this.sitemaps.root(), { contentType: XML, maxAge: 300 }, request, reply);
  }

  @Get('sitemap-:number(^\\d{1,6}).xml')
  @Open()
  async sitemapPart(
    @Param('number') number: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const part = await this.sitemaps.part(Number(number));
    if (part === undefined) throw new Problem(404, `There is no sitemap ${number}.`);
    await answerDocument(part, { contentType: XML, maxAge: 300 }, request, reply);
  }

  @Get('news-sitemap.xml')
  @Open()
  async news(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await answerDocument(await this.sitemaps.news(), { contentType: XML, maxAge: 60 }, request, reply);
  }

  /** The key of an IndexNow channel, by which a search engine knows that this host's owner sends. It is no secret. */
  @Get(':key(^[A-Za-z0-9-]{8,128}).txt')
  @Open()
  async indexNowKey(
    @Param('key') key: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!(await hasChannelWithSetting(this.ledger, indexNowManifest.type, 'key', key)))
      throw new Problem(404, `No IndexNow channel has the key ${key}.`);
    await answerDocument(keptDocument(key), { contentType: PLAIN, maxAge: 300 }, request, reply);
  }
}
