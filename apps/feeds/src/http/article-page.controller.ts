import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { articlePageUrl } from '@newsrelay/feed-kit/addresses';
import {
  isNotModified,
  lastModifiedHeader,
  lastModifiedOf,
  strongEtag,
} from '@newsrelay/feed-kit/validators';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { findPublicArticle } from '@newsrelay/ledger/public-article';
import { articlePage, withdrawnPage } from '../article-page/article-page.js';
import { CONTENT_SECURITY_POLICY } from '../article-page/page-frame.js';
import { PUBLIC_URL } from '../public-url.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  vary: 'Accept-Encoding',
  // Kept, but never shown without asking: a withdrawn text must be gone at the next look.
  'cache-control': 'public, no-cache',
};

/** The public page of an article, read from the ledger at each request, so that a withdrawal is in force at once. */
@Controller('articles')
export class ArticlePageController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  @Get(':id')
  async read(
    @Param('id') id: string,
    @Req() { headers }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const article = UUID.test(id) ? await findPublicArticle(this.ledger, id) : undefined;
    if (article === undefined) throw new Problem(404, `There is no article ${id}.`);
    reply.headers(PAGE_HEADERS);
    if (article.withdrawnAt !== null) {
      await reply.code(410).send(Buffer.from(withdrawnPage(article, article.withdrawnAt)));
      return;
    }
    const body = Buffer.from(articlePage(article, articlePageUrl(this.publicUrl, article.id)));
    const validators = { etag: strongEtag(body), lastModified: lastModifiedOf(article.releasedAt) };
    reply
      .header('etag', validators.etag)
      .header('last-modified', lastModifiedHeader(validators.lastModified, new Date()));
    const conditions = {
      ifNoneMatch: headers['if-none-match'],
      ifModifiedSince: headers['if-modified-since'],
    };
    if (isNotModified(conditions, validators)) await reply.code(304).removeHeader('content-type').send();
    else await reply.code(200).send(body);
  }
}
