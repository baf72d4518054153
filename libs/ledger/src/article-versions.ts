import { sql, type Selectable } from 'kysely';
import type { ArticleContent, Hold, Repair, VersionState } from '@newsrelay/contracts/article';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import type { LedgerTransaction } from './database.js';
import { enqueueEvent } from './outbox.js';
import { Statement, type GiveValue } from './statement.js';
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

const ARTICLE_COLUMNS = sql.raw(
  (
    [
      'id',
      'source',
      'source_id',
      'latest_version',
      'published_version',
      'first_released_at',
      'withdrawn_through',
      'withdrawn_at',
      'page_date',
      'versions_skipped_through',
      'created_at',
      'updated_at',
    ] satisfies (keyof ArticleRow)[]
  ).join(', '),
);

/** An article as its sender names it, and the id that it gets if it is new. */
interface Identity {
  id: string;
  source: string;
  sourceId: string;
  /** YYYY-MM-DD; null for one that is of no page. */
  pageDate: string | null;
}

const createArticle = new Statement('create-article', (ledger, given: GiveValue<Identity>) =>
  sql<ArticleRow>`
    insert into articles (id, source, source_id, page_date)
    values (${given('id')}, ${given('source')}, ${given('sourceId')}, ${given('pageDate')})
    on conflict (source, source_id) do nothing
    returning ${ARTICLE_COLUMNS}`.compile(ledger),
);

const lockById = new Statement('lock-article', (ledger, given: GiveValue<{ id: string }>) =>
  sql<ArticleRow>`select ${ARTICLE_COLUMNS} from articles where id = ${given('id')} for update`.compile(
    ledger,
  ),
);

/** The article of (source, sourceId), made if it is not there, locked until the transaction ends. */
export async function lockOrCreateArticle(tx: LedgerTransaction, identity: Identity): Promise<ArticleRow> {
  const [made] = await createArticle.run(tx, identity);
  if (made !== undefined) return made;
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
  return (await lockById.run(tx, { id }))[0];
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

interface AddedVersion {
  articleId: string;
  version: number;
  state: VersionState;
  content: string;
  inputHash: string;
  inputPublishedAt: Date | null;
  pageText: string | null;
  holds: string;
  repairs: string;
  note: string | null;
  publishedAt: Date;
  embargoUntil: Date | null;
}

/** One that is published is released at once, as {@link releaseVersion} does later. */
const addVersion = new Statement('add-version', (ledger, given: GiveValue<AddedVersion>) => {
  const isPublished = sql<boolean>`${given('state')}::text = 'published'`;
  return sql<{ released_at: Date | null }>`
    with added as (
      insert into article_versions (article_id, version, state, content, input_hash, input_published_at, page_text, holds,
                                    repairs, note, published_at, embargo_until, released_at, release_order)
      values (${given('articleId')}, ${given('version')}, ${given('state')}::text, ${given('content')}, ${given('inputHash')},
              ${given('inputPublishedAt')}, ${given('pageText')}, ${given('holds')}, ${given('repairs')}, ${given('note')},
              ${given('publishedAt')}, ${given('embargoUntil')},
              case when ${isPublished} then clock_timestamp() end,
              case when ${isPublished} then nextval('release_sequence') end)
      returning released_at
    ), passed_over as (
      update article_versions set state = 'discarded'
      where article_id = ${given('articleId')} and version < ${given('version')} and state in ('held', 'scheduled')
        and ${isPublished}
    )
    update articles a
    set latest_version = ${given('version')}, updated_at = clock_timestamp(),
        published_version = case when ${isPublished} then ${given('version')} else a.published_version end,
        first_released_at = coalesce(a.first_released_at, added.released_at)
    from added
    where a.id = ${given('articleId')}
    returning added.released_at`.compile(ledger);
});

/** Adds the next version in the given state; the article must be locked. Returns its number. */
export async function insertVersion(
  tx: LedgerTransaction,
  article: ArticleRow,
  version: NewVersion,
  state: Extract<VersionState, 'held' | 'scheduled' | 'published'>,
): Promise<number> {
  const number = Math.max(article.latest_version, article.versions_skipped_through) + 1;
  const [added] = await addVersion.run(tx, {
    articleId: article.id,
    version: number,
    state,
    content: JSON.stringify(version.content),
    inputHash: version.inputHash,
    inputPublishedAt: version.inputPublishedAt,
    pageText: version.pageText,
    holds: JSON.stringify(version.holds),
    repairs: JSON.stringify(version.repairs),
    note: version.note,
    publishedAt: version.publishedAt,
    embargoUntil: version.embargoUntil,
  });
  const releasedAt = added?.released_at ?? null;
  if (releasedAt !== null) await announceRelease(tx, article.id, number, releasedAt);
  return number;
}

async function announceRelease(
  tx: LedgerTransaction,
  articleId: string,
  version: number,
  releasedAt: Date,
): Promise<void> {
  await enqueueEvent(tx, SUBJECTS.articleReleased, {
    articleId,
    version,
    releasedAt: releasedAt.toISOString(),
  });
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
  await announceRelease(tx, articleId, version, releasedAt);
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
