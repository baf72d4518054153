import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { WAITING_STATES } from '@newsrelay/contracts/delivery';
import { NOTIFICATIONS, SUBJECTS } from '@newsrelay/contracts/subjects';
import type { ArticleRow } from './article-versions.js';
import type { Ledger, LedgerTransaction } from './database.js';
import { leading } from './delivery-states.js';
import { appendEvidence } from './evidence.js';
import { enqueueEvent } from './outbox.js';

const REOPENED = leading(['dead'], 'queued');

/**
 * Marks every version so far as withdrawn, cancels what waits, tells senders and feeds; the article must be locked.
 * Repeating it while nothing newer came in returns the first order.
 */
export async function orderWithdrawal(
  tx: LedgerTransaction,
  article: ArticleRow,
  reason: string,
): Promise<{ orderId: string; repeated: boolean }> {
  const through = article.latest_version;
  const known = await tx
    .selectFrom('withdrawals')
    .select('order_id')
    .where('article_id', '=', article.id)
    .where('through_version', '=', through)
    .executeTakeFirst();
  if (known !== undefined) return { orderId: known.order_id, repeated: true };
  const orderId = randomUUID();
  const order = await tx
    .insertInto('withdrawals')
    .values({ order_id: orderId, article_id: article.id, through_version: through, reason })
    .returning('ordered_at')
    .executeTakeFirstOrThrow();
  await tx
    .updateTable('articles')
    .set({
      withdrawn_through: through,
      // One instant: a feed and its archive pages show the same.
      withdrawn_at: order.ordered_at,
      updated_at: sql`clock_timestamp()`,
    })
    .where('id', '=', article.id)
    .execute();
  await tx
    .updateTable('article_versions')
    .set({ state: 'withdrawn', holds: '[]' })
    .where('article_id', '=', article.id)
    .where((where) =>
      where.or([where('state', 'in', ['held', 'scheduled', 'published']), where('version', '=', through)]),
    )
    .execute();
  await tx
    .updateTable('deliveries')
    .set({
      state: 'canceled',
      reason: 'withdrawn before it left',
      next_attempt_at: null,
      updated_at: sql`clock_timestamp()`,
    })
    .where('article_id', '=', article.id)
    .where('action', '=', 'publish')
    .where('state', 'in', leading(WAITING_STATES, 'canceled'))
    .execute();
  // A channel's filter was left by this very version, and its withdrawal was given up there: the order asks for it anew.
  await tx
    .updateTable('deliveries')
    .set({
      state: 'queued',
      reason: 'the article was withdrawn',
      attempts_in_round: 0,
      round_started_at: sql`clock_timestamp()`,
      next_attempt_at: sql`clock_timestamp()`,
      epoch: sql`epoch + 1`,
      updated_at: sql`clock_timestamp()`,
    })
    .where('article_id', '=', article.id)
    .where('action', '=', 'withdraw')
    .where('version', '=', through)
    .where('state', 'in', REOPENED)
    .execute();
  await appendEvidence(tx, article.id, 'ordered', { order: orderId, through, reason });
  await enqueueEvent(tx, SUBJECTS.articleWithdrawn, { articleId: article.id, version: through, orderId });
  await sql`select pg_notify(${NOTIFICATIONS.articleWithdrawn}, ${article.id})`.execute(tx);
  return { orderId, repeated: false };
}

/** PostgreSQL's clock, as it writes it. */
export async function ledgerTime(ledger: Ledger): Promise<string> {
  const { rows } = await sql<{ now: string }>`select clock_timestamp()::text as now`.execute(ledger);
  return rows[0]?.now ?? '';
}

/**
 * Requests that may still be on their way with the article's content: of its own deliveries, claimed and their lease not over by
 * PostgreSQL's clock, and pushes of feeds that hold it, whose turn began by `ordered`: later ones have read the withdrawal.
 */
export async function countInFlight(ledger: Ledger, articleId: string, ordered: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count
    from shelf_entries e
    join channels c on c.fed_by = e.channel_id
    join channel_turns t on t.channel_id = c.id
    where e.article_id = ${articleId} and t.until > clock_timestamp() and t.since <= ${ordered}::timestamptz`.execute(
    ledger,
  );
  return (rows[0]?.count ?? 0) + (await countOwnInFlight(ledger, articleId));
}

async function countOwnInFlight(ledger: Ledger, articleId: string): Promise<number> {
  const row = await ledger
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('article_id', '=', articleId)
    .where('action', '=', 'publish')
    .where('state', '=', 'sending')
    .where('lease_until', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Which of the articles have versions that are withdrawn, and through which version. */
export async function withdrawnThrough(
  ledger: Ledger,
  articleIds: readonly string[],
): Promise<Map<string, number>> {
  if (articleIds.length === 0) return new Map();
  const rows = await ledger
    .selectFrom('articles')
    .select(['id', 'withdrawn_through'])
    .where('id', 'in', articleIds)
    .where('withdrawn_through', '>', 0)
    .execute();
  return new Map(rows.map((row) => [row.id, row.withdrawn_through]));
}

export interface WithdrawalFacts {
  id: string;
  version: number;
  withdrawnAt: Date;
  language: string;
  /** The article's own address; null where it lived at its page here. */
  url: string | null;
}

/** What a withdrawal's rendition may know of the article; undefined if no order covers the version. */
export async function findWithdrawnArticle(
  ledger: Ledger,
  articleId: string,
  version: number,
): Promise<WithdrawalFacts | undefined> {
  const row = await ledger
    .selectFrom('withdrawals as w')
    .innerJoin('article_versions as v', (join) =>
      join.onRef('v.article_id', '=', 'w.article_id').onRef('v.version', '=', 'w.through_version'),
    )
    .select(['w.ordered_at', 'v.content'])
    .where('w.article_id', '=', articleId)
    .where('w.through_version', '=', version)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { language, url } = row.content;
  return { id: articleId, version, withdrawnAt: row.ordered_at, language, url };
}
