import { sql, type Selectable } from 'kysely';
import type { DeliveryAction, DeliveryState, Outcome } from '@newsrelay/contracts/delivery';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import type { Ledger } from './database.js';
import type { DeliveriesTable } from './schema.js';

/** A delivery as the API shows it. Times are RFC 3339 in +08:00. */
export interface DeliveryView {
  id: string;
  articleId: string;
  version: number;
  channel: string;
  action: DeliveryAction;
  state: DeliveryState;
  reason: string | null;
  createdAt: string;
  nextAttemptAt: string | null;
  remoteUrl: string | null;
  attempts: AttemptView[];
}

export interface AttemptView {
  number: number;
  startedAt: string;
  durationMs: number | null;
  /** Null while it is under way. */
  outcome: Outcome | null;
  status: number | null;
  error: string | null;
  response: string | null;
}

export interface DeliveryQuery {
  state?: DeliveryState | undefined;
  channel?: string | undefined;
  article?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  limit: number;
  after: { createdAt: string; id: string } | null;
}

export interface ListedDelivery {
  view: DeliveryView;
  createdAt: Date;
}

async function attemptsOf(ledger: Ledger, deliveryIds: string[]): Promise<Map<string, AttemptView[]>> {
  const byDelivery = new Map<string, AttemptView[]>();
  if (deliveryIds.length === 0) return byDelivery;
  const rows = await ledger
    .selectFrom('attempts')
    .selectAll()
    .where('delivery_id', 'in', deliveryIds)
    .orderBy('number')
    .execute();
  for (const row of rows) {
    // Of a build before this one, under way: the delivery itself tells of it.
    if (row.outcome === null) continue;
    const attempts = byDelivery.get(row.delivery_id) ?? [];
    attempts.push({
      number: row.number,
      startedAt: toShanghaiTime(row.started_at),
      durationMs: row.duration_ms,
      outcome: row.outcome,
      status: row.status,
      error: row.error,
      response: row.response,
    });
    byDelivery.set(row.delivery_id, attempts);
  }
  return byDelivery;
}

const VIEW_COLUMNS = [
  'id',
  'article_id',
  'version',
  'channel_id',
  'action',
  'state',
  'reason',
  'created_at',
  'next_attempt_at',
  'remote_url',
  'attempt_count',
  'updated_at',
] as const;

type ViewRow = Pick<Selectable<DeliveriesTable>, (typeof VIEW_COLUMNS)[number]>;

function viewOf(row: ViewRow, attempts: Map<string, AttemptView[]>): DeliveryView {
  return {
    id: row.id,
    articleId: row.article_id,
    version: row.version,
    channel: row.channel_id,
    action: row.action,
    state: row.state,
    reason: row.reason,
    createdAt: toShanghaiTime(row.created_at),
    nextAttemptAt: row.next_attempt_at === null ? null : toShanghaiTime(row.next_attempt_at),
    remoteUrl: row.remote_url,
    attempts: [...(attempts.get(row.id) ?? []), ...underWay(row)],
  };
}

/** An attempt is written when it ends; until then its delivery tells of it. */
function underWay(row: ViewRow): AttemptView[] {
  if (row.state !== 'sending') return [];
  const nothingYet = { durationMs: null, outcome: null, status: null, error: null, response: null };
  return [{ number: row.attempt_count, startedAt: toShanghaiTime(row.updated_at), ...nothingYet }];
}

/** Deliveries newest first; one row more than `limit` if there are more. */
export async function listDeliveryViews(ledger: Ledger, filter: DeliveryQuery): Promise<ListedDelivery[]> {
  let query = ledger.selectFrom('deliveries').select([...VIEW_COLUMNS]);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  // As the index has it (migration 0009).
  if (filter.channel !== undefined) query = query.where(sql<string>`(channel_id || '')`, '=', filter.channel);
  if (filter.article !== undefined) query = query.where('article_id', '=', filter.article);
  if (filter.since !== undefined) query = query.where('created_at', '>=', new Date(filter.since));
  if (filter.until !== undefined) query = query.where('created_at', '<', new Date(filter.until));
  if (filter.after !== null) {
    query = query.where(
      sql<boolean>`(created_at, id) < (${filter.after.createdAt}::timestamptz, ${filter.after.id})`,
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();
  const attempts = await attemptsOf(
    ledger,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ createdAt: row.created_at, view: viewOf(row, attempts) }));
}

export async function findDeliveryView(ledger: Ledger, id: string): Promise<DeliveryView | undefined> {
  const row = await ledger
    .selectFrom('deliveries')
    .select([...VIEW_COLUMNS])
    .where('id', '=', id)
    .executeTakeFirst();
  return row && viewOf(row, await attemptsOf(ledger, [id]));
}
