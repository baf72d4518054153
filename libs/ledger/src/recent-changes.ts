import { sql } from 'kysely';
import type { Ledger } from './database.js';

/** One row that changed; the same key with another `at` is another change. */
export interface RecentChange {
  kind: 'article' | 'delivery' | 'channel';
  /** Of the article, the delivery or the channel. */
  id: string;
  /** Null for a change of a channel. */
  articleId: string | null;
  /** As text, to the microsecond. */
  at: string;
}

/** What changed, and PostgreSQL's clock before it was looked at: the next call's `since`. */
export interface RecentChanges {
  now: Date;
  changes: RecentChange[];
  /** There were more than `limit` of a kind. */
  more: boolean;
}

/**
 * What changed at or after an instant of PostgreSQL's clock (null: nothing, the clock alone), at most `limit` of each kind,
 * in no order. A transaction may commit a change later than the instant that the change carries: whoever follows changes
 * asks with an overlap.
 */
export async function recentChanges(
  ledger: Ledger,
  since: Date | null,
  limit: number,
): Promise<RecentChanges> {
  const clock = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(ledger);
  const now = clock.rows[0]?.now;
  if (now === undefined) throw new Error('no time was answered');
  if (since === null) return { now, changes: [], more: false };
  const { rows } = await sql<{
    kind: RecentChange['kind'];
    id: string;
    article_id: string | null;
    at: string;
  }>`
    (select 'article' as kind, id::text, id::text as article_id, updated_at::text as at
     from articles where updated_at >= ${since} limit ${limit})
    union all
    (select 'delivery', id, article_id::text, updated_at::text
     from deliveries where updated_at >= ${since} limit ${limit})
    union all
    (select 'channel', id, null, updated_at::text from channels where updated_at >= ${since} limit ${limit})`.execute(
    ledger,
  );
  const changes = rows.map(({ article_id, ...row }) => ({ ...row, articleId: article_id }));
  const more = (['article', 'delivery', 'channel'] as const).some(
    (kind) => changes.filter((change) => change.kind === kind).length >= limit,
  );
  return { now, changes, more };
}
