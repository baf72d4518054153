import { randomUUID } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import { RETRYABLE_STATES, type DeliveryState } from '@newsrelay/contracts/delivery';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import type { Actor } from './audit.js';
import { lockChannel } from './channels.js';
import type { Alongside, Ledger } from './database.js';
import { SUBSCRIPTION_TYPE } from './hub-subscriptions.js';
import { countReplay, type ReplayScope } from './replay-matches.js';
import type { ReplaysTable, ReplayState } from './schema.js';

export type ReplayRow = Selectable<ReplaysTable>;

export function scopeOf(row: ReplayRow): ReplayScope {
  return {
    channelId: row.channel_id,
    since: row.since,
    until: row.until,
    states: row.states,
    before: row.created_at,
  };
}

/** A replay as the API shows it. Times are RFC 3339 in +08:00. */
export interface ReplayView {
  id: string;
  channel: string;
  since: string;
  until: string;
  states: readonly DeliveryState[];
  /** Articles without a delivery are included. */
  missing: boolean;
  ratePerSecond: number;
  requestedBy: { keyId: string; keyName: string };
  createdAt: string;
  count: number;
  state: ReplayState;
  reason: string | null;
  replayed: number;
  skipped: number;
  /** What keeps it back now; null while it goes on. */
  waitingFor: string | null;
  finishedAt: string | null;
}

export function replayView(row: ReplayRow): ReplayView {
  return {
    id: row.id,
    channel: row.channel_id,
    since: toShanghaiTime(row.since),
    until: toShanghaiTime(row.until),
    states: row.states ?? RETRYABLE_STATES,
    missing: row.states === null,
    ratePerSecond: row.rate_per_second,
    requestedBy: { keyId: row.requested_by_id, keyName: row.requested_by_name },
    createdAt: toShanghaiTime(row.created_at),
    count: row.count,
    state: row.state,
    reason: row.reason,
    replayed: row.replayed,
    skipped: row.skipped,
    waitingFor: row.state === 'running' ? row.waiting_for : null,
    finishedAt: row.finished_at === null ? null : toShanghaiTime(row.finished_at),
  };
}

export interface NewReplay extends Omit<ReplayScope, 'before'> {
  ratePerSecond: number;
}

export type ReplayVerdict =
  | { verdict: 'made'; id: string; count: number }
  | { verdict: 'missing' }
  | { verdict: 'refused'; reason: string };

/** Begins a replay; of one channel there is one at a time. `alongside` gets its id and count. */
export async function createReplay(
  ledger: Ledger,
  replay: NewReplay,
  actor: Actor,
  alongside: (tx: Parameters<Alongside>[0], id: string, count: number) => Promise<void>,
): Promise<ReplayVerdict> {
  return ledger.transaction().execute(async (tx): Promise<ReplayVerdict> => {
    // Two that ask at the same moment take turns.
    const channel = await lockChannel(tx, replay.channelId);
    if (channel === undefined) return { verdict: 'missing' };
    if (channel.type === SUBSCRIPTION_TYPE)
      return { verdict: 'refused', reason: 'a subscriber of the hub gets the whole feed with every push' };
    if (!channel.enabled) return { verdict: 'refused', reason: 'the channel is disabled: enable it first' };
    const running = await tx
      .selectFrom('replays')
      .select('id')
      .where('channel_id', '=', replay.channelId)
      .where('state', '=', 'running')
      .executeTakeFirst();
    if (running !== undefined) {
      return {
        verdict: 'refused',
        reason: `replay ${running.id} of the channel is running: wait or cancel it`,
      };
    }
    const id = randomUUID();
    const count = await countReplay(tx, { ...replay, before: null });
    await tx
      .insertInto('replays')
      .values({
        id,
        channel_id: replay.channelId,
        since: replay.since,
        until: replay.until,
        states: replay.states === null ? null : JSON.stringify(replay.states),
        rate_per_second: replay.ratePerSecond,
        requested_by_id: actor.keyId,
        requested_by_name: actor.keyName,
        count,
      })
      .execute();
    await alongside(tx, id, count);
    return { verdict: 'made', id, count };
  });
}

export async function findReplay(ledger: Ledger, id: string): Promise<ReplayRow | undefined> {
  return ledger.selectFrom('replays').selectAll().where('id', '=', id).executeTakeFirst();
}

export interface ReplayQuery {
  channel?: string | undefined;
  state?: ReplayState | undefined;
  limit: number;
  after: { createdAt: string; id: string } | null;
}

/** Newest first, `limit + 1` rows so that the caller sees whether there are more. */
export async function listReplays(ledger: Ledger, filter: ReplayQuery): Promise<ReplayRow[]> {
  let query = ledger.selectFrom('replays').selectAll();
  if (filter.channel !== undefined) query = query.where('channel_id', '=', filter.channel);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  const { after } = filter;
  if (after !== null) {
    query = query.where(
      sql<boolean>`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
    );
  }
  return query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();
}

/** Ends a running replay; what it has handed over already goes on. False if it was not running. */
export async function cancelReplay(ledger: Ledger, id: string, alongside: Alongside): Promise<boolean> {
  return ledger.transaction().execute(async (tx) => {
    const canceled = await tx
      .updateTable('replays')
      .set({ state: 'canceled', waiting_for: null, finished_at: sql`clock_timestamp()` })
      .where('id', '=', id)
      .where('state', '=', 'running')
      .returning('id')
      .executeTakeFirst();
    if (canceled === undefined) return false;
    await alongside(tx);
    return true;
  });
}
