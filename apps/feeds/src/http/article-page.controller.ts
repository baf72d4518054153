import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { lastModifiedOf, strongEtag } from '@newsrelay/feed-kit/validators';
import { Open } from '@newsrelay/http-api/route-marks';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { findPublicArticle, type PublicArticle } from '@newsrelay/ledger/public-article';
import { articlePage, missingPage, withdrawnPage } from '../article-page/article-page.js';
import { FeedsOfPage } from '../article-page/feeds-of-page.js';
import { BuildDigest } from '../build-digest.js';
import { SITE, type Site } from '../site.js';
import { answerWith, statusFor, type Representation } from './conditional-answer.js';
import { isForPeople, languageOf } from './for-people.js';
import { HTML, SAFE_PAGE } from './page-headers.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const PAGE_HEADERS = {
  ...SAFE_PAGE,
  vary: 'Accept-Encoding',
  // Kept, but never shown without asking: a withdrawn text must be gone at the next look.
  'cache-control': 'public, no-cache',
};

/** Not kept at all: an embargo may end the next second. */
const MISSING_HEADERS = {
  ...PAGE_HEADERS,
  vary: 'Accept, Accept-Encoding, Accept-Language',
  'cache-control': 'no-store',
};

/** The public page of an article, read from the ledger at each request, so that a withdrawal is in force at once. */
@Controller('articles')
export class ArticlePageController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(SITE) private readonly site: Site,
    @Inject(BuildDigest) private readonly build: BuildDigest,
    @Inject(FeedsOfPage) private readonly feedsOfPage: FeedsOfPage,
  ) {}

  @Get(':id')
  @Open()
  async read(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const article = UUID.test(id) ? await findPublicArticle(this.ledger, id) : undefined;
    if (article === undefined) {
      if (!isForPeople(request)) throw new Problem(404, `There is no article ${id}.`);
      const missing = Buffer.from(missingPage(languageOf(request), this.site));
      await reply.code(404).headers(MISSING_HEADERS).type(HTML).send(missing);
      return;
    }
    if (article.withdrawnAt !== null) {
      const notice = Buffer.from(withdrawnPage(article, article.withdrawnAt, this.site));
      await reply.code(410).headers(PAGE_HEADERS).type(HTML).send(notice);
      return;
    }
    const page = await this.#pageOf(article);
    await answerWith(page, statusFor(request, page), reply);
  }

  async #pageOf(article: PublicArticle): Promise<Representation> {
    const { feeds, changedAt } = await this.feedsOfPage.of(article.id);
    const body = Buffer.from(articlePage(article, this.site, feeds));
    const etag = strongEtag(body);
    const changes = [article.releasedAt, await this.build.servedSince(), changedAt ?? article.releasedAt];
    return {
      body,
      etag,
      lastModified: Math.max(...changes.map(lastModifiedOf)),
      contentType: HTML,
      headers: { ...PAGE_HEADERS, etag },
    };
  }
}
