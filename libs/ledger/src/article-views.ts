import { sql, type SelectQueryBuilder } from 'kysely';
import type { ArticleContent, Hold, Repair, RepairView, VersionState } from '@newsrelay/contracts/article';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import type { Ledger, LedgerTransaction } from './database.js';
import type { LedgerSchema } from './schema.js';

/** An article as the API shows it, in the version that was asked for. Times are RFC 3339 in +08:00. */
export interface ArticleView extends Omit<ArticleContent, 'bodyHtml'> {
  id: string;
  version: number;
  publishedVersion: number | null;
  state: VersionState;
  holds: Hold[];
  repairs: RepairView[];
  note: string | null;
  source: string;
  sourceId: string;
  bodyHtml?: string;
  publishedAt: string;
  embargoUntil: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface ArticleQuery {
  state?: VersionState | undefined;
  source?: string | undefined;
  section?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  /** Text to be found in headline, kicker, subtitle or body. */
  q?: string | undefined;
  limit: number;
  after: { createdAt: string; id: string } | null;
}

interface ViewRow {
  id: string;
  source: string;
  source_id: string;
  published_version: number | null;
  withdrawn_through: number;
  created_at: Date;
  updated_at: Date;
  version: number;
  state: VersionState;
  content: ArticleContent;
  holds: Hold[];
  repairs: Repair[];
  note: string | null;
  published_at: Date;
  embargo_until: Date | null;
}

const VIEW_COLUMNS = [
  'a.id',
  'a.source',
  'a.source_id',
  'a.published_version',
  'a.withdrawn_through',
  'a.created_at',
  'a.updated_at',
  'v.version',
  'v.state',
  'v.content',
  'v.holds',
  'v.repairs',
  'v.note',
  'v.published_at',
  'v.embargo_until',
] as const;

/** A repair without its machine place. */
export function repairView({ place, ...shown }: Repair): RepairView {
  return shown;
}

function viewOf(row: ViewRow): ArticleView {
  const { bodyHtml, ...content } = row.content;
  const isPublic = row.published_version !== null && row.published_version > row.withdrawn_through;
  return {
    source: row.source,
    sourceId: row.source_id,
    ...content,
    ...(bodyHtml === null ? {} : { bodyHtml }),
    publishedAt: toShanghaiTime(row.published_at),
    embargoUntil: row.embargo_until === null ? null : toShanghaiTime(row.embargo_until),
    id: row.id,
    version: row.version,
    publishedVersion: isPublic ? row.published_version : null,
    state: row.state,
    holds: row.holds,
    repairs: row.repairs.map(repairView),
    note: row.note,
    createdAt: toShanghaiTime(row.created_at),
    updatedAt: toShanghaiTime(row.updated_at),
  };
}

/** The article in its latest version, or in the one that is named; undefined if there is none. */
export async function findArticleView(
  ledger: Ledger | LedgerTransaction,
  id: string,
  version?: number,
): Promise<ArticleView | undefined> {
  const row = await ledger
    .selectFrom('articles as a')
    .innerJoin('article_versions as v', 'v.article_id', 'a.id')
    .select([...VIEW_COLUMNS])
    .where('a.id', '=', id)
    .where('v.version', '=', version ?? sql.ref<number>('a.latest_version'))
    .executeTakeFirst();
  return row && viewOf(row);
}

type Joined = SelectQueryBuilder<
  LedgerSchema & { a: LedgerSchema['articles']; v: LedgerSchema['article_versions'] },
  'a' | 'v',
  object
>;

function narrowed(query: Joined, filter: ArticleQuery): Joined {
  let narrow = query;
  if (filter.state !== undefined) narrow = narrow.where('v.state', '=', filter.state);
  if (filter.source !== undefined) narrow = narrow.where('a.source', '=', filter.source);
  if (filter.section !== undefined)
    narrow = narrow.where(sql<boolean>`v.content -> 'sections' ? ${filter.section}`);
  if (filter.since !== undefined) narrow = narrow.where('a.created_at', '>=', new Date(filter.since));
  if (filter.until !== undefined) narrow = narrow.where('a.created_at', '<', new Date(filter.until));
  if (filter.q !== undefined) {
    const pattern = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`;
    narrow = narrow.where(
      sql<boolean>`concat_ws(E'\n', v.content ->> 'headline', v.content ->> 'kicker', v.content ->> 'subtitle',
                             (select string_agg(paragraph, E'\n') from jsonb_array_elements_text(v.content -> 'body') as paragraph)) ilike ${pattern}`,
    );
  }
  if (filter.after !== null) {
    narrow = narrow.where(
      sql<boolean>`(a.created_at, a.id) < (${filter.after.createdAt}::timestamptz, ${filter.after.id}::uuid)`,
    );
  }
  return narrow;
}

export interface ListedArticle {
  view: ArticleView;
  createdAt: Date;
}

/** Articles in their latest version, newest first; one row more than `limit` if there are more. */
export async function listArticleViews(ledger: Ledger, filter: ArticleQuery): Promise<ListedArticle[]> {
  const joined = ledger
    .selectFrom('articles as a')
    .innerJoin('article_versions as v', (join) =>
      join.onRef('v.article_id', '=', 'a.id').onRef('v.version', '=', 'a.latest_version'),
    );
  const rows = await narrowed(joined as unknown as Joined, filter)
    .select([...VIEW_COLUMNS])
    .orderBy('a.created_at', 'desc')
    .orderBy('a.id', 'desc')
    .limit(filter.limit + 1)
    .execute();
  return rows.map((row) => ({ view: viewOf(row), createdAt: row.created_at }));
}

export async function articleExists(ledger: Ledger, id: string): Promise<boolean> {
  return (
    (await ledger.selectFrom('articles').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
  );
}
