import { sql } from 'kysely';
import { DELIVERY_STATES, type DeliveryAction, type DeliveryState } from '@newsrelay/contracts/delivery';
import type { Ledger, LedgerTransaction } from './database.js';

/*
 * What gauges show of the ledger. Each figure is read by an index of what is open, not of all that ever was; what is
 * finished is counted while that is cheap, and estimated from the planner's statistics when it is not.
 */

/** One statement takes no longer, milliseconds; a scrape waits two seconds. */
const STATEMENT_MS = 1_500;
/** Up to this size finished deliveries are counted: some hundred thousand rows, a fraction of a second. */
const COUNTED_BYTES = 256 * 1024 * 1024;
/** More outbox rows than these are not counted on. */
const OUTBOX_COUNTED = 100_000;
/** A withdrawal that is not everywhere this long after its order is overdue, seconds. */
export const WITHDRAWAL_OVERDUE_SECONDS = 60;

const FINISHED_STATES = ['delivered', 'superseded', 'canceled'] as const satisfies readonly DeliveryState[];
const OPEN_STATES = DELIVERY_STATES.filter(
  (state) => !(FINISHED_STATES as readonly DeliveryState[]).includes(state),
);
/** Spelled as in the partial indexes: the planner compares conditions, it does not reason about states. */
const isOpen = sql<boolean>`d.state not in ('delivered', 'superseded', 'canceled')`;

/** Reads several figures on one connection, none of them for longer than {@link STATEMENT_MS}. */
export async function readFigures<T>(
  ledger: Ledger,
  read: (tx: LedgerTransaction) => Promise<T>,
): Promise<T> {
  return ledger
    .transaction()
    .setAccessMode('read only')
    .execute(async (tx) => {
      await sql`set local statement_timeout = ${sql.lit(STATEMENT_MS)}`.execute(tx);
      return read(tx);
    });
}

/** Deliveries that are not finished, by channel and state. */
export async function openDeliveries(
  tx: LedgerTransaction,
): Promise<{ channel: string; state: DeliveryState; count: number }[]> {
  const { rows } = await sql<{ channel: string; state: DeliveryState; count: number }>`
    select d.channel_id as channel, d.state, count(*)::float8 as count
    from deliveries d where ${isOpen} group by d.state, d.channel_id`.execute(tx);
  return rows;
}

/** Every state's deliveries: open ones as counted by {@link openDeliveries}, finished ones counted or estimated. */
export async function deliveriesByState(
  tx: LedgerTransaction,
  open: readonly { state: DeliveryState; count: number }[],
): Promise<Map<DeliveryState, number>> {
  const counts = new Map<DeliveryState, number>(OPEN_STATES.map((state) => [state, 0]));
  for (const { state, count } of open) counts.set(state, (counts.get(state) ?? 0) + count);
  const finished = (await isCountable(tx)) ? await countFinished(tx) : await estimateFinished(tx);
  for (const state of FINISHED_STATES) counts.set(state, finished.get(state) ?? 0);
  return counts;
}

async function isCountable(tx: LedgerTransaction): Promise<boolean> {
  const { rows } = await sql<{ bytes: number }>`
    select pg_relation_size('deliveries')::float8 as bytes`.execute(tx);
  return (rows[0]?.bytes ?? 0) <= COUNTED_BYTES;
}

async function countFinished(tx: LedgerTransaction): Promise<Map<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`
    select d.state, count(*)::float8 as count from deliveries d where not (${isOpen}) group by d.state`.execute(
    tx,
  );
  return new Map(rows.map(({ state, count }) => [state, count]));
}

/** As of the last ANALYZE, which autovacuum runs again and again on a table that grows. */
export async function estimateFinished(tx: LedgerTransaction): Promise<Map<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`
    select m.state, (m.share * greatest(c.reltuples, 0))::float8 as count
    from pg_stats s
    join pg_class c on c.oid = 'deliveries'::regclass
    cross join lateral unnest(s.most_common_vals::text::text[], s.most_common_freqs) as m (state, share)
    where s.schemaname = current_schema() and s.tablename = 'deliveries' and s.attname = 'state'`.execute(tx);
  return new Map(rows.map(({ state, count }) => [state, Math.round(count)]));
}

/** Seconds that the delivery which has been due longest has waited, of those that may be sent; 0 if none is due. */
export async function oldestDueSeconds(tx: LedgerTransaction): Promise<Record<DeliveryAction, number>> {
  const oldest = (action: DeliveryAction, maySend: ReturnType<typeof sql<boolean>>) => sql<number | null>`
    (select extract(epoch from clock_timestamp() - min(d.next_attempt_at))::float8
     from channels c cross join lateral (
       select d.next_attempt_at from deliveries d
       where d.channel_id = c.id and d.state in ('queued', 'retrying') and d.action = ${sql.lit(action)}
         and d.next_attempt_at < clock_timestamp()
       order by d.next_attempt_at limit 1
     ) as d
     where c.deleted_at is null and c.fed_by is null and ${maySend})`;
  const maySendNow = sql<boolean>`c.enabled and c.paused_since is null
    and not exists (select from breakers b where b.channel_id = c.id and b.open_until is not null)`;
  const { rows } = await sql<Record<DeliveryAction, number | null>>`
    select ${oldest('publish', maySendNow)} as publish,
           ${oldest('withdraw', sql<boolean>`true`)} as withdraw`.execute(tx);
  return { publish: rows[0]?.publish ?? 0, withdraw: rows[0]?.withdraw ?? 0 };
}

export interface ChannelFigures {
  id: string;
  type: string;
  state: 'active' | 'paused' | 'disabled';
  /** Seconds since its last delivery arrived, or since its creation if none has; null beyond the first `detailed`. */
  lastSuccessAgeSeconds: number | null;
}

/** Every channel, oldest first; when something arrived last is looked up for the first `detailed`. */
export async function channelFigures(tx: LedgerTransaction, detailed: number): Promise<ChannelFigures[]> {
  const { rows } = await sql<ChannelFigures>`
    with numbered as (
      select c.*, row_number() over (order by c.created_at, c.id) as place from channels c
      where c.deleted_at is null and c.fed_by is null
    )
    select c.id, c.type,
           case when not c.enabled then 'disabled' when c.paused_since is not null then 'paused' else 'active' end as state,
           case when c.place <= ${detailed}::int then
             extract(epoch from clock_timestamp() - coalesce(
               (select d.updated_at from deliveries d
                where d.channel_id = c.id and d.state = 'delivered' order by d.updated_at desc limit 1),
               c.created_at))::float8
           end as "lastSuccessAgeSeconds"
    from numbered c order by c.place`.execute(tx);
  return rows;
}

/** How many events wait, 100,000 at most, and for how long the oldest has, in seconds; null if none does. */
export async function outboxFigures(
  tx: LedgerTransaction,
): Promise<{ count: number; oldestAgeSeconds: number | null }> {
  const { rows } = await sql<{ count: number; oldest: number | null }>`
    select (select count(*)::float8 from (select from outbox limit ${OUTBOX_COUNTED}) as counted) as count,
           (select extract(epoch from clock_timestamp() - o.created_at)::float8
            from outbox o order by o.sequence limit 1) as oldest`.execute(tx);
  return { count: rows[0]?.count ?? 0, oldestAgeSeconds: rows[0]?.oldest ?? null };
}

/** Articles whose newest version is held or scheduled, and for how many seconds the oldest held one has been. */
export async function waitingArticles(
  tx: LedgerTransaction,
): Promise<{ held: number; scheduled: number; oldestHeldAgeSeconds: number | null }> {
  const { rows } = await sql<{ held: number; scheduled: number; oldest: number | null }>`
    select h.held, h.oldest,
           (select count(*)::float8 from article_versions v join articles a on a.id = v.article_id
            where v.state = 'scheduled' and v.version = a.latest_version) as scheduled
    from (select count(*)::float8 as held,
                 extract(epoch from clock_timestamp() - min(v.created_at))::float8 as oldest
          from article_versions v join articles a on a.id = v.article_id
          where v.state = 'held' and v.version = a.latest_version) as h`.execute(tx);
  const row = rows[0];
  return {
    held: row?.held ?? 0,
    scheduled: row?.scheduled ?? 0,
    oldestHeldAgeSeconds: row?.oldest ?? null,
  };
}

/**
 * Withdrawal orders that some channel has not done yet, and those of them that are overdue: a delivery of it is open, given
 * up ones included, or it was never distributed. The search for lost events marks an order about half a minute after it.
 */
export async function openWithdrawals(
  tx: LedgerTransaction,
): Promise<{ overdue: number; oldestAgeSeconds: number | null }> {
  const { rows } = await sql<{ overdue: number; oldest: number | null }>`
    with open as (
      select w.order_id, w.ordered_at from withdrawals w where w.distributed_at is null
      union
      select w.order_id, w.ordered_at
      from (select distinct d.article_id, d.version from deliveries d
            where d.action = 'withdraw' and ${isOpen}) as d
      join withdrawals w on w.article_id = d.article_id and w.through_version = d.version
    )
    select count(*) filter (where ordered_at < clock_timestamp() - ${WITHDRAWAL_OVERDUE_SECONDS}::int * interval '1 second')::float8
             as overdue,
           extract(epoch from clock_timestamp() - min(ordered_at))::float8 as oldest
    from open`.execute(tx);
  return { overdue: rows[0]?.overdue ?? 0, oldestAgeSeconds: rows[0]?.oldest ?? null };
}
