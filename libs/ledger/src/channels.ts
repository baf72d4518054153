import { sql, type Selectable } from 'kysely';
import type { Channel, ChannelInput } from '@newsrelay/contracts/channel';
import { WAITING_STATES } from '@newsrelay/contracts/delivery';
import { EVENT_KINDS, type OperatorEvent, type PausedBy } from '@newsrelay/contracts/operator-events';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { resetBreaker } from './breakers.js';
import type { Alongside, Ledger, LedgerTransaction } from './database.js';
import { leading, stateOfKnown } from './delivery-states.js';
import { deleteFeedTokens } from './feed-tokens.js';
import { endConditions, recordOperatorEvent } from './operator-events.js';
import type { ChannelsTable } from './schema.js';
import { Statement, type GiveValue } from './statement.js';

/** A channel with its sealed secrets; only the sender and the console unseal them. */
export interface StoredChannel extends Channel {
  sealedSecrets: string;
}

/** What a channel is read from. */
export const CHANNEL_COLUMNS = [
  'id',
  'type',
  'name',
  'enabled',
  'filter',
  'settings',
  'sealed_secrets',
  'paused_since',
  'pause_reason',
  'platform',
  'created_at',
  'deleted_at',
] as const satisfies (keyof ChannelsTable)[];
export type ChannelRow = Pick<Selectable<ChannelsTable>, (typeof CHANNEL_COLUMNS)[number]>;

export function channelOfRow(row: ChannelRow): StoredChannel {
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    enabled: row.enabled,
    filter: row.filter,
    settings: row.settings,
    sealedSecrets: row.sealed_secrets,
    paused: row.paused_since === null ? null : { since: row.paused_since, reason: row.pause_reason ?? '' },
    platform: row.platform,
    createdAt: row.created_at,
  };
}

/** Says that the channel changed. */
export async function announceChannel(tx: LedgerTransaction, channelId: string): Promise<void> {
  await sql`select pg_notify(${NOTIFICATIONS.channelChanged}, ${channelId})`.execute(tx);
}

/** Null if the id is taken, by a deleted channel too: its feed answers 410 for good, and its deliveries stay in the ledger. */
export async function createChannel(
  ledger: Ledger,
  input: ChannelInput,
  sealedSecrets: string,
  alongside: Alongside = () => Promise.resolve(),
): Promise<StoredChannel | null> {
  return ledger.transaction().execute(async (tx) => {
    const row = await tx
      .insertInto('channels')
      .values({
        id: input.id,
        type: input.type,
        name: input.name,
        enabled: input.enabled,
        filter: JSON.stringify(input.filter),
        settings: JSON.stringify(input.settings),
        sealed_secrets: sealedSecrets,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) return null;
    await announceChannel(tx, input.id);
    await alongside(tx);
    return channelOfRow(row);
  });
}

export async function findChannel(ledger: Ledger, id: string): Promise<StoredChannel | undefined> {
  const row = await ledger
    .selectFrom('channels')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row && channelOfRow(row);
}

/** By id; those that are not there, or deleted, are left out. */
export async function findChannels(
  ledger: Ledger,
  ids: readonly string[],
): Promise<Map<string, StoredChannel>> {
  const rows = await ledger
    .selectFrom('channels')
    .select([...CHANNEL_COLUMNS])
    .where('id', 'in', [...ids])
    .where('deleted_at', 'is', null)
    .execute();
  return new Map(rows.map((row) => [row.id, channelOfRow(row)]));
}

/** Locked until the transaction ends; deliveries of it can be made meanwhile. */
export async function lockChannel(tx: LedgerTransaction, id: string): Promise<StoredChannel | undefined> {
  const row = await tx
    .selectFrom('channels')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row && channelOfRow(row);
}

/**
 * Newest first, `limit + 1` rows so that the caller sees whether there are more. Channels that other channels feed, of which
 * there may be thousands, are there if their type is asked for.
 */
export async function listChannels(
  ledger: Ledger,
  limit: number,
  after: { createdAt: string; id: string } | null,
  type?: string,
): Promise<StoredChannel[]> {
  let query = ledger.selectFrom('channels').selectAll().where('deleted_at', 'is', null);
  query = type === undefined ? query.where('fed_by', 'is', null) : query.where('type', '=', type);
  if (after !== null) {
    query = query.where(sql<boolean>`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id})`);
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return rows.map(channelOfRow);
}

export async function updateChannel(
  tx: LedgerTransaction,
  channel: Pick<
    StoredChannel,
    'id' | 'name' | 'enabled' | 'filter' | 'settings' | 'sealedSecrets' | 'platform'
  >,
): Promise<StoredChannel> {
  const row = await tx
    .updateTable('channels')
    .set({
      name: channel.name,
      enabled: channel.enabled,
      filter: JSON.stringify(channel.filter),
      settings: JSON.stringify(channel.settings),
      sealed_secrets: channel.sealedSecrets,
      platform: channel.platform === null ? null : JSON.stringify(channel.platform),
      updated_at: sql`clock_timestamp()`,
    })
    .where('id', '=', channel.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await announceChannel(tx, channel.id);
  return channelOfRow(row);
}

/** Deliveries that are canceled with one statement: nobody waits for more of them to be written. */
const CANCELED_AT_ONCE = 5_000;

const CANCELABLE = sql.join(leading(WAITING_STATES, 'canceled').map((state) => sql.lit(state)));

/** From each deleted channel to what waits for it: the other way would read all that waits, every second. */
const cancelOfDeleted = new Statement(
  'cancel-of-deleted',
  (ledger, given: GiveValue<{ channelId: string | null; atOnce: number }>) =>
    sql<{ id: string }>`
      update deliveries d
      set state = 'canceled', reason = 'the channel was deleted', next_attempt_at = null, updated_at = clock_timestamp()
      where d.id in (
        select w.id
        from channels c cross join (values ('publish'), ('withdraw')) as l (action) cross join lateral (
          select w.id from deliveries w
          where w.channel_id = c.id and w.action = l.action and w.state in (${CANCELABLE})
          order by w.next_attempt_at limit ${given('atOnce')}::int
        ) as w
        where c.deleted_at is not null and (${given('channelId')}::text is null or c.id = ${given('channelId')})
        limit ${given('atOnce')}::int
      ) and ${stateOfKnown('d')} in (${CANCELABLE})
      returning d.id`.compile(ledger),
);

/**
 * Ends what waits for a deleted channel, or for all of them: made, or come back, while the deletion was being written, or
 * more than its own transaction could end. Returns how many, at most five thousand: then there may be more.
 */
export async function cancelWaitingOfDeleted(
  ledger: Ledger | LedgerTransaction,
  channelId: string | null = null,
): Promise<number> {
  return (await cancelOfDeleted.run(ledger, { channelId, atOnce: CANCELED_AT_ONCE })).length;
}

/** The channel goes, its secrets with it; what waits is canceled, or will be shortly: none of it goes out. False if there was none. */
export async function deleteChannel(
  ledger: Ledger,
  id: string,
  alongside: Alongside = () => Promise.resolve(),
): Promise<boolean> {
  return ledger.transaction().execute(async (tx) => {
    if (!(await closeChannel(tx, id))) return false;
    await alongside(tx);
    return true;
  });
}

/** As {@link deleteChannel}, in a transaction that does more than that. */
export async function closeChannel(tx: LedgerTransaction, id: string): Promise<boolean> {
  const deleted = await tx
    .updateTable('channels')
    .set({ deleted_at: sql`clock_timestamp()`, updated_at: sql`clock_timestamp()`, sealed_secrets: '' })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (deleted === undefined) return false;
  await cancelWaitingOfDeleted(tx, id);
  // Whoever deletes a channel knows that its pause is over.
  const pauses = [EVENT_KINDS.channelPaused, EVENT_KINDS.channelAutoPaused];
  await endConditions(
    tx,
    pauses.map((kind) => ({ kind, subject: id })),
    true,
  );
  await deleteFeedTokens(tx, id);
  await announceChannel(tx, id);
  return true;
}

/** Who pauses a channel; `failures`: we do, after nothing but failures for too long. */
export type PauseCause = PausedBy | 'failures';

/** Longest reason that an alarm shows, UTF-16 units; the channel keeps all of it. */
const SHOWN_REASON = 500;

function pauseEvent(id: string, name: string, reason: string, by: PauseCause): OperatorEvent {
  const shown = reason.slice(0, SHOWN_REASON);
  return by === 'failures'
    ? { kind: EVENT_KINDS.channelAutoPaused, subject: id, detail: { name, reason: shown } }
    : { kind: EVENT_KINDS.channelPaused, subject: id, detail: { name, by, reason: shown } };
}

/** Pauses, and says so to operators; a channel that is paused already keeps its first reason. */
export async function pauseChannel(
  ledger: Ledger | LedgerTransaction,
  id: string,
  reason: string,
  by: PauseCause = 'outlet',
): Promise<void> {
  if (!ledger.isTransaction) {
    await ledger.transaction().execute((tx) => pauseChannel(tx, id, reason, by));
    return;
  }
  const paused = await ledger
    .updateTable('channels')
    .set({ paused_since: sql`clock_timestamp()`, pause_reason: reason, updated_at: sql`clock_timestamp()` })
    .where('id', '=', id)
    .where('paused_since', 'is', null)
    .returning('name')
    .executeTakeFirst();
  if (paused !== undefined) await recordOperatorEvent(ledger, pauseEvent(id, paused.name, reason, by));
}

/**
 * Ends the pause (and a pause by being disabled, after enabling): what waits is due now, each with a round of attempts of its
 * own. What was never tried is due already, and its round begins with its first attempt: a million of those are left as they
 * are, since nobody who resumes a channel can wait for them to be written.
 */
export async function makeWaitingDue(tx: LedgerTransaction, id: string): Promise<void> {
  await sql`
    update deliveries
    set next_attempt_at = clock_timestamp(), attempts_in_round = 0, round_started_at = clock_timestamp(), reason = null,
        updated_at = clock_timestamp()
    where id in (
      select d.id from deliveries d where d.channel_id = ${id} and d.state = 'retrying'
      union
      select d.id from deliveries d
      where d.channel_id = ${id} and d.action in ('publish', 'withdraw') and d.state in ('queued', 'retrying')
        and d.next_attempt_at > clock_timestamp()
      union
      -- The pause itself kept them from having a time.
      select d.id from deliveries d
      where d.channel_id = ${id} and d.action in ('publish', 'withdraw') and d.state in ('queued', 'retrying')
        and d.next_attempt_at is null)`.execute(tx);
}

export async function resumeChannel(tx: LedgerTransaction, id: string): Promise<void> {
  const resumed = await tx
    .updateTable('channels')
    .set({ paused_since: null, pause_reason: null, updated_at: sql`clock_timestamp()` })
    .where('id', '=', id)
    .where('paused_since', 'is not', null)
    .returning('name')
    .executeTakeFirst();
  if (resumed !== undefined) {
    const { name } = resumed;
    await recordOperatorEvent(tx, { kind: EVENT_KINDS.channelResumed, subject: id, detail: { name } });
  }
  await resetBreaker(tx, id);
  await makeWaitingDue(tx, id);
  await announceChannel(tx, id);
}

/** Types of the channels that exist, each once. */
export async function channelTypesInUse(ledger: Ledger): Promise<string[]> {
  const rows = await ledger
    .selectFrom('channels')
    .select('type')
    .distinct()
    .where('deleted_at', 'is', null)
    .execute();
  return rows.map((row) => row.type);
}
