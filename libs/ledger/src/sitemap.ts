import { sql } from 'kysely';
import type { Ledger } from './database.js';

/*
 * What sitemaps list: articles that the public may see and that live at their page here. They lie in the order of their first
 * release, which never changes, cut into stretches of equal length: what is in a stretch stays in it, and new articles
 * come at the end of the last one. Withdrawn articles and those that live elsewhere keep their places and are not listed.
 */

/** A place in the order of first release. */
export interface SitemapPlace {
  firstReleasedAt: Date;
  articleId: string;
}

/** From a place, itself included, to the place before another one; to the end where there is none. */
export interface Stretch {
  from: SitemapPlace;
  to: SitemapPlace | null;
}

/** The first place at or after which there are articles; null where none was ever published. */
export function firstPlace(ledger: Ledger): Promise<SitemapPlace | null> {
  return placeAfter(ledger, null, 0);
}

/** Where the next stretch begins after one of this length; null if it is not full. */
export function nextPlace(ledger: Ledger, from: SitemapPlace, length: number): Promise<SitemapPlace | null> {
  return placeAfter(ledger, from, length);
}

async function placeAfter(
  ledger: Ledger,
  from: SitemapPlace | null,
  skipped: number,
): Promise<SitemapPlace | null> {
  const { rows } = await sql<{ first_released_at: Date; id: string }>`
    select a.first_released_at, a.id from articles a
    where a.first_released_at is not null and a.published_version is not null ${
      from === null
        ? sql``
        : sql`and (a.first_released_at, a.id) >= (${from.firstReleasedAt}::timestamptz, ${from.articleId}::uuid)`
    }
    order by a.first_released_at, a.id offset ${skipped} limit 1`.execute(ledger);
  const [row] = rows;
  return row === undefined ? null : { firstReleasedAt: row.first_released_at, articleId: row.id };
}

const within = ({ from, to }: Stretch) => sql<boolean>`
  a.first_released_at is not null and a.published_version is not null
  and (a.first_released_at, a.id) >= (${from.firstReleasedAt}::timestamptz, ${from.articleId}::uuid)
  ${to === null ? sql`` : sql`and (a.first_released_at, a.id) < (${to.firstReleasedAt}::timestamptz, ${to.articleId}::uuid)`}`;

/** What tells whether the articles of a stretch are as they were. */
export interface StretchState {
  /** Equal if and only if nothing in it was released or withdrawn meanwhile. */
  stamp: string;
  /** Not before the last release or withdrawal in it; null where it is empty. */
  changedAt: Date | null;
}

/** Read from an index alone. Numbers of versions only grow, so that their sums are equal only where each of them is. */
export async function stretchState(ledger: Ledger, stretch: Stretch): Promise<StretchState> {
  const { rows } = await sql<{ stamp: string; changed_at: Date | null }>`
    select concat_ws(' ', count(*), sum(a.published_version), sum(a.withdrawn_through)) as stamp,
           max(a.updated_at) as changed_at
    from articles a where ${within(stretch)}`.execute(ledger);
  return { stamp: rows[0]?.stamp ?? '', changedAt: rows[0]?.changed_at ?? null };
}

/** A page that may be looked at. */
export interface LivingPage {
  articleId: string;
  /** Release of the version that it shows. */
  releasedAt: Date;
}

/** In the order of first release. */
export async function pagesOfStretch(ledger: Ledger, stretch: Stretch): Promise<LivingPage[]> {
  const { rows } = await sql<{ id: string; released_at: Date }>`
    select a.id, v.released_at
    from articles a
    join article_versions v on v.article_id = a.id and v.version = a.published_version
    where ${within(stretch)} and a.withdrawn_through < a.published_version
      and v.content ->> 'url' is null and v.released_at is not null
    order by a.first_released_at, a.id`.execute(ledger);
  return rows.map((row) => ({ articleId: row.id, releasedAt: row.released_at }));
}

/** A page with what a news sitemap says of it. */
export interface NewsPage {
  articleId: string;
  headline: string;
  language: string;
  publishedAt: Date;
}

/** Articles that live here and were published within the last `hours`, the newest first. */
export async function newsPages(ledger: Ledger, hours: number, limit: number): Promise<NewsPage[]> {
  const { rows } = await sql<{ article_id: string; headline: string; language: string; published_at: Date }>`
    select v.article_id, v.content ->> 'headline' as headline,
           coalesce(v.content ->> 'language', 'zh-CN') as language, v.published_at
    from article_versions v
    join articles a on a.id = v.article_id and a.published_version = v.version
    where v.published_at > clock_timestamp() - ${hours} * interval '1 hour' and v.published_at <= clock_timestamp()
      and v.content ->> 'url' is null and v.released_at is not null and a.withdrawn_through < v.version
    order by v.published_at desc, v.article_id desc, v.version desc
    limit ${limit}`.execute(ledger);
  return rows.map((row) => ({
    articleId: row.article_id,
    headline: row.headline,
    language: row.language,
    publishedAt: row.published_at,
  }));
}
