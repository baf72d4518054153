import { sql, type Selectable } from 'kysely';
import type { ArticleContent, Hold, Repair, VersionState } from '@newsrelay/contracts/article';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import type { LedgerTransaction } from './database.js';
import { enqueueEvent } from './outbox.js';
import type { ArticlesTable, ArticleVersionsTable } from './schema.js';

/** A version by the article's id and its number. */
export interface VersionOfArticle {
  articleId: string;
  version: number;
}

export type ArticleRow = Selectable<ArticlesTable>;
export type VersionRow = Selectable<ArticleVersionsTable>;

/** A version as it came in, before the ledger numbers it. */
export interface NewVersion {
  content: ArticleContent;
  /** See `article_versions.input_hash`. */
  inputHash: string;
  inputPublishedAt: Date | null;
  pageText: string | null;
  holds: Hold[];
  repairs: Repair[];
  note: string | null;
  publishedAt: Date;
  embargoUntil: Date | null;
}

/** The article of (source, sourceId), made if it is not there, locked until the transaction ends. */
export async function lockOrCreateArticle(
  tx: LedgerTransaction,
  identity: { id: string; source: string; sourceId: string; pageDate: string | null },
): Promise<ArticleRow> {
  await tx
    .insertInto('articles')
    .values({
      id: identity.id,
      source: identity.source,
      source_id: identity.sourceId,
      page_date: identity.pageDate,
    })
    .onConflict((conflict) => conflict.columns(['source', 'source_id']).doNothing())
    .execute();
  return tx
    .selectFrom('articles')
    .selectAll()
    .where('source', '=', identity.source)
    .where('source_id', '=', identity.sourceId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

/** The article, locked until the transaction ends; undefined if there is none. Every change of an article begins here. */
export async function lockArticle(tx: LedgerTransaction, id: string): Promise<ArticleRow | undefined> {
  return tx.selectFrom('articles').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function findVersion(
  tx: LedgerTransaction,
  articleId: string,
  version: number,
): Promise<VersionRow | undefined> {
  // Versions count from 1: a new article, which most are, has none to ask for.
  if (version < 1) return undefined;
  return tx
    .selectFrom('article_versions')
    .selectAll()
    .where('article_id', '=', articleId)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** True while what was published of the article is withdrawn and nothing newer was released. */
export function isWithdrawn(article: Pick<ArticleRow, 'withdrawn_through' | 'published_version'>): boolean {
  return article.withdrawn_through > 0 && (article.published_version ?? 0) <= article.withdrawn_through;
}

/** Adds the next version in the given state; the article must be locked. Returns its number. */
export async function insertVersion(
  tx: LedgerTransaction,
  article: ArticleRow,
  version: NewVersion,
  state: Extract<VersionState, 'held' | 'scheduled' | 'published'>,
): Promise<number> {
  const number = Math.max(article.latest_version, article.versions_skipped_through) + 1;
  await tx
    .insertInto('article_versions')
    .values({
      article_id: article.id,
      version: number,
      // Released below, in the same transaction.
      state: state === 'published' ? 'held' : state,
      content: JSON.stringify(version.content),
      input_hash: version.inputHash,
      input_published_at: version.inputPublishedAt,
      page_text: version.pageText,
      holds: JSON.stringify(version.holds),
      repairs: JSON.stringify(version.repairs),
      note: version.note,
      published_at: version.publishedAt,
      embargo_until: version.embargoUntil,
    })
    .execute();
  await tx
    .updateTable('articles')
    .set({ latest_version: number, updated_at: sql`clock_timestamp()` })
    .where('id', '=', article.id)
    .execute();
  if (state === 'published') await releaseVersion(tx, article.id, number);
  return number;
}

/** Makes a version public: lower unreleased ones are discarded, the event goes into the outbox. The article must be locked. */
export async function releaseVersion(
  tx: LedgerTransaction,
  articleId: string,
  version: number,
): Promise<void> {
  const { released_at } = await tx
    .updateTable('article_versions')
    .set({
      state: 'published',
      holds: '[]',
      released_at: sql`clock_timestamp()`,
      release_order: sql`nextval('release_sequence')`,
    })
    .where('article_id', '=', articleId)
    .where('version', '=', version)
    .returning('released_at')
    .executeTakeFirstOrThrow();
  const releasedAt = released_at ?? new Date();
  await tx
    .updateTable('article_versions')
    .set({ state: 'discarded' })
    .where('article_id', '=', articleId)
    .where('version', '<', version)
    .where('state', 'in', ['held', 'scheduled'])
    .execute();
  await tx
    .updateTable('articles')
    .set({
      published_version: version,
      first_released_at: sql`coalesce(first_released_at, ${releasedAt})`,
      updated_at: sql`clock_timestamp()`,
    })
    .where('id', '=', articleId)
    .execute();
  await enqueueEvent(tx, SUBJECTS.articleReleased, {
    articleId,
    version,
    releasedAt: releasedAt.toISOString(),
  });
}

/** Writes what an editor decided of a held version. */
export async function saveReview(
  tx: LedgerTransaction,
  articleId: string,
  version: number,
  review: { content: ArticleContent; repairs: Repair[]; state: 'held' | 'scheduled' },
): Promise<void> {
  await tx
    .updateTable('article_versions')
    .set({
      content: JSON.stringify(review.content),
      repairs: JSON.stringify(review.repairs),
      holds: '[]',
      state: review.state,
    })
    .where('article_id', '=', articleId)
    .where('version', '=', version)
    .execute();
  await tx
    .updateTable('articles')
    .set({ updated_at: sql`clock_timestamp()` })
    .where('id', '=', articleId)
    .execute();
}

export async function discardVersion(
  tx: LedgerTransaction,
  articleId: string,
  version: number,
): Promise<void> {
  await tx
    .updateTable('article_versions')
    .set({ state: 'discarded', holds: '[]' })
    .where('article_id', '=', articleId)
    .where('version', '=', version)
    .execute();
  await tx
    .updateTable('articles')
    .set({ updated_at: sql`clock_timestamp()` })
    .where('id', '=', articleId)
    .execute();
}

/**
 * Releases up to `limit` scheduled versions whose embargo has ended by PostgreSQL's clock: of an article only the newest,
 * since its correction is what shall be read. Returns how many.
 */
export async function releaseDueVersions(tx: LedgerTransaction, limit: number): Promise<number> {
  const due = await tx
    .selectFrom('article_versions as v')
    .innerJoin('articles as a', 'a.id', 'v.article_id')
    .select(['v.article_id', 'v.version'])
    .where('v.state', '=', 'scheduled')
    .where('v.embargo_until', '<=', sql<Date>`clock_timestamp()`)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('article_versions as n')
            .select('n.version')
            .whereRef('n.article_id', '=', 'v.article_id')
            .whereRef('n.version', '>', 'v.version')
            .where('n.state', '=', 'scheduled')
            .where('n.embargo_until', '<=', sql<Date>`clock_timestamp()`),
        ),
      ),
    )
    .orderBy('v.embargo_until')
    .limit(limit)
    // The article's lock, as everywhere; one that is being changed is taken on the next round.
    .forUpdate('a')
    .skipLocked()
    .execute();
  let released = 0;
  for (const { article_id, version } of due) {
    // A newer version may have been released, or the article withdrawn, between the snapshot and the lock.
    const current = await findVersion(tx, article_id, version);
    if (current?.state !== 'scheduled') continue;
    await releaseVersion(tx, article_id, version);
    released += 1;
  }
  return released;
}
