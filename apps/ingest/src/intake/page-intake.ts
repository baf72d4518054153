import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { ArticleContent, Hold } from '@newsrelay/contracts/article';
import { contentHash } from '@newsrelay/contracts/canonical-json';
import { Problem } from '@newsrelay/contracts/problem';
import { lockArticle, lockOrCreateArticle, type NewVersion } from '@newsrelay/ledger/article-versions';
import { recordChanges, type Actor } from '@newsrelay/ledger/audit';
import type { Ledger, LedgerTransaction } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { pageArticlesOf } from '@newsrelay/ledger/page-articles';
import { likeness } from '@newsrelay/newspaper-page/likeness';
import type { LeftOver, Masthead, PageArticle } from '@newsrelay/newspaper-page/page-reading';
import { NotANewspaperPage, readPage } from '@newsrelay/newspaper-page/read-page';
import { IngestEvents } from '../events.js';
import { acceptVersion, newArticleId, type Accepted } from './accept-version.js';
import { intakeChanges } from './intake-changes.js';

/** Above this two texts of one day are the same article, one of them corrected. */
const SAME_ARTICLE = 0.5;

const NO_PAGE_DATE: Hold = {
  code: 'no-page-date',
  message: '版面上没有读到出版日期，请核对发布时间后再放行。',
};

export interface PageTaken {
  page: Masthead;
  articles: Accepted[];
  /** Lines that belong to no article, so that nothing of a page is lost without a word. */
  leftOver: LeftOver[];
}

/** Newspaper pages: read, matched to what is stored of that day, taken in whole or not at all. */
@Injectable()
export class PageIntake {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(IngestEvents) private readonly events: IngestEvents,
  ) {}

  /** @throws Problem 422 if the text is no newspaper page */
  async take(
    text: string,
    source: string,
    section: string | null,
    actor: Actor,
    now = new Date(),
  ): Promise<PageTaken> {
    // Text extraction leaves NUL characters now and then; they say nothing, and PostgreSQL keeps none.
    const reading = readOrRefuse(text.replaceAll('\0', ''));
    const { masthead } = reading;
    // Without a printed date the page belongs to the day it came.
    const pageDate = masthead.date ?? shanghaiDay(now);
    const articles = await this.ledger.transaction().execute(async (tx) => {
      // Two sendings of one page at a time would not see each other's articles.
      await sql`select pg_advisory_xact_lock(hashtextextended(${`page ${source} ${pageDate}`}, 0))`.execute(
        tx,
      );
      const stored = await pageArticlesOf(tx, source, pageDate);
      const matched = matchByLikeness(reading.articles, stored);
      const accepted: Accepted[] = [];
      for (const article of reading.articles) {
        const known = matched.get(article);
        const row =
          known === undefined
            ? await createPageArticle(tx, source, pageDate, article)
            : await lockArticle(tx, known);
        if (row === undefined) throw new Error(`article ${String(known)} vanished while it was matched`);
        accepted.push(await acceptVersion(tx, row, versionOf(article, masthead, section, now), now));
      }
      await recordChanges(tx, actor, intakeChanges('article.take', accepted, { page: pageDate }));
      return accepted;
    });
    this.events.pageTaken(masthead, articles);
    return { page: masthead, articles, leftOver: reading.leftOver };
  }
}

function readOrRefuse(text: string) {
  try {
    return readPage(text);
  } catch (error) {
    if (!(error instanceof NotANewspaperPage)) throw error;
    throw new Problem(422, error.message, [{ path: '', message: error.message }]);
  }
}

async function createPageArticle(
  tx: LedgerTransaction,
  source: string,
  pageDate: string,
  article: PageArticle,
) {
  // From the first text it came with, so that it does not depend on the place on the page.
  const digest = createHash('sha256').update(article.raw).digest('hex').slice(0, 12);
  return lockOrCreateArticle(tx, { id: newArticleId(), source, sourceId: `${pageDate}/${digest}`, pageDate });
}

/** Best pairs first, each stored article once. */
function matchByLikeness(
  articles: readonly PageArticle[],
  stored: readonly { id: string; pageText: string }[],
): Map<PageArticle, string> {
  const pairs = articles
    .flatMap((article) =>
      stored.map((known) => ({
        article,
        known,
        score: article.raw === known.pageText ? 1 : likeness(article.raw, known.pageText),
      })),
    )
    .filter(({ score }) => score > SAME_ARTICLE)
    .sort((a, b) => b.score - a.score);
  const matched = new Map<PageArticle, string>();
  const taken = new Set<string>();
  for (const { article, known } of pairs) {
    if (matched.has(article) || taken.has(known.id)) continue;
    matched.set(article, known.id);
    taken.add(known.id);
  }
  return matched;
}

function versionOf(article: PageArticle, masthead: Masthead, section: string | null, now: Date): NewVersion {
  const content: ArticleContent = {
    kicker: article.kicker,
    headline: article.headline,
    subtitle: article.subtitle,
    dateline: article.dateline,
    bylines: article.bylines,
    editor: article.editor,
    body: article.body,
    bodyHtml: null,
    media: [],
    sections: section === null ? [] : [section],
    keywords: [],
    language: 'zh-CN',
    url: null,
  };
  return {
    content,
    inputHash: contentHash({ page: article.raw, section }),
    inputPublishedAt: null,
    pageText: article.raw,
    holds: masthead.date === null ? [NO_PAGE_DATE, ...article.holds] : article.holds,
    repairs: article.repairs.map((repair) => ({ ...repair, decision: null })),
    note: null,
    publishedAt: masthead.date === null ? now : new Date(`${masthead.date}T00:00:00+08:00`),
    embargoUntil: null,
  };
}

function shanghaiDay(now: Date): string {
  return new Date(now.getTime() + 8 * 3600_000).toISOString().slice(0, 10);
}
