import { sql, type InferResult } from 'kysely';
import { deliveryId } from '@newsrelay/contracts/keys';
import {
  WAITING_STATES,
  type DeliveryAction,
  type DeliveryState,
  type Outcome,
} from '@newsrelay/contracts/delivery';
import type { RenditionReady } from '@newsrelay/contracts/events';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { lockArticle } from './article-versions.js';
import { CHANNEL_COLUMNS, channelOfRow, pauseChannel, type StoredChannel } from './channels.js';
import type { Alongside, Ledger, LedgerTransaction } from './database.js';
import { appendAttempt } from './evidence.js';
import { isMovedOut } from './filter-drift.js';
import { Statement, type GiveValue } from './statement.js';

/** States of an older version that a newer one makes pointless. */
const OVERTAKEN_STATES: DeliveryState[] = [...WAITING_STATES, 'unknown', 'manual'];

/** A delivery is newer than another of the same (article, channel) by this: a version comes before its own withdrawal. */
const newerThan = (newer: string, older: string) =>
  sql<boolean>`(${sql.ref(`${newer}.version`)}, ${sql.ref(`${newer}.action`)} = 'withdraw') > (${sql.ref(`${older}.version`)}, ${sql.ref(`${older}.action`)} = 'withdraw')`;

/**
 * Another delivery of the same (article, channel) makes this one pointless: any newer one makes a publish pointless; a
 * withdrawal is overtaken by a newer withdrawal, and by a version that is there or on its way, which it would take down. A
 * version that has not begun overtakes no withdrawal, nor does one that was given up: what it was to replace still stands.
 */
const overtakes = (newer: string, older: string) =>
  sql<boolean>`(${sql.ref(`${newer}.article_id`)} = ${sql.ref(`${older}.article_id`)}
    and ${sql.ref(`${newer}.channel_id`)} = ${sql.ref(`${older}.channel_id`)}
    and ${sql.ref(`${newer}.state`)} <> 'canceled'
    and ${newerThan(newer, older)}
    and (${sql.ref(`${older}.action`)} = 'publish' or ${sql.ref(`${newer}.action`)} = 'withdraw'
         or (${sql.ref(`${newer}.begun_at`)} is not null
             and ${sql.ref(`${newer}.state`)} not in ('dead', 'manual', 'superseded'))))`;

/** A withdrawal that is still to go out goes before any newer version: what it takes down is not shown a moment longer. */
const goesBefore = (withdrawal: string, publish: string) =>
  sql<boolean>`(${sql.ref(`${publish}.action`)} = 'publish' and ${sql.ref(`${withdrawal}.action`)} = 'withdraw'
    and ${sql.ref(`${withdrawal}.article_id`)} = ${sql.ref(`${publish}.article_id`)}
    and ${sql.ref(`${withdrawal}.channel_id`)} = ${sql.ref(`${publish}.channel_id`)}
    and ${sql.ref(`${withdrawal}.version`)} < ${sql.ref(`${publish}.version`)}
    and ${sql.ref(`${withdrawal}.state`)} in ('queued', 'retrying', 'sending'))`;

/**
 * Creates the deliveries of a rendition, those that are there already untouched, and ends older waiting ones as
 * `superseded`. Returns the ids that are due. Running it again after a crash changes nothing and returns the same.
 */
export async function createDeliveries(ledger: Ledger, event: RenditionReady): Promise<string[]> {
  const { articleId, version, action, channelIds, renditionId } = event;
  const ids = channelIds.map((channelId) => deliveryId(articleId, version, channelId, action));
  const movedOut = sql<boolean>`(${action} = 'publish' and ${isMovedOut(sql`a.id`, sql`c.id`, sql`${version}::int`)})`;
  return ledger.transaction().execute(async (tx) => {
    // Against a withdrawal and against another version's deliveries being created at the same moment.
    await lockArticle(tx, articleId);
    await sql`
      insert into deliveries (id, article_id, version, channel_id, action, rendition_id, state, reason, next_attempt_at)
      select n.id, ${articleId}::uuid, ${version}::int, n.channel_id, ${action}, ${renditionId}, s.state, s.reason,
             case when s.state = 'queued' then clock_timestamp() end
      from unnest(${ids}::text[], ${[...channelIds]}::text[]) as n (id, channel_id)
      join articles a on a.id = ${articleId}::uuid
      join channels c on c.id = n.channel_id
      join renditions r on r.id = ${renditionId}
      cross join lateral (
        select case
            when c.deleted_at is not null then 'canceled'
            when ${action} = 'publish' and a.withdrawn_through >= ${version}::int then 'canceled'
            when ${movedOut} then 'superseded'
            when exists (select from deliveries o
                         cross join (select a.id as article_id, c.id as channel_id, ${version}::int as version,
                                            ${action}::text as action) as d
                         where ${overtakes('o', 'd')}) then 'superseded'
            when r.refusal is not null then 'dead'
            else 'queued'
          end,
          case
            when c.deleted_at is not null then 'the channel was deleted'
            when ${action} = 'publish' and a.withdrawn_through >= ${version}::int then 'withdrawn before it left'
            when ${movedOut} then 'a newer version left the channel''s filter'
            when r.refusal is not null then r.refusal ->> 'message'
          end
      ) as s (state, reason)
      on conflict (id) do nothing`.execute(tx);
    await tx
      .updateTable('deliveries as o')
      .from('deliveries as n')
      .set({
        state: 'superseded',
        reason: sql`'version ' || n.version || ' made it pointless'`,
        next_attempt_at: null,
        updated_at: sql`clock_timestamp()`,
      })
      .where(overtakes('n', 'o'))
      .where('n.id', 'in', ids)
      .where('n.state', '!=', 'superseded')
      .where('o.article_id', '=', articleId)
      .where('o.state', 'in', OVERTAKEN_STATES)
      // A withdrawal does not make the version pointless whose result is unknown: that row is its evidence.
      .where((where) =>
        where.or([where('n.action', '=', 'publish'), where('o.state', 'in', [...WAITING_STATES])]),
      )
      .execute();
    await reviveWithdrawals(tx, articleId);
    const due = await tx
      .selectFrom('deliveries')
      .select('id')
      .where('id', 'in', ids)
      .where('state', 'in', [...WAITING_STATES])
      .execute();
    return due.map((row) => row.id);
  });
}

/** Withdrawals that gave way to a version which was given up since: what they were to take down still stands there. */
async function reviveWithdrawals(tx: LedgerTransaction, articleId: string): Promise<void> {
  await tx
    .updateTable('deliveries as w')
    .set({
      state: 'queued',
      reason: 'the version that it gave way to did not arrive',
      attempts_in_round: 0,
      round_started_at: sql`clock_timestamp()`,
      next_attempt_at: sql`clock_timestamp()`,
      updated_at: sql`clock_timestamp()`,
    })
    .where('w.article_id', '=', articleId)
    .where('w.action', '=', 'withdraw')
    .where('w.state', '=', 'superseded')
    .where((where) =>
      where.not(where.exists(where.selectFrom('deliveries as n').select('n.id').where(overtakes('n', 'w')))),
    )
    .execute();
}

/** All that one attempt needs, read at once. */
export interface ClaimCandidate {
  id: string;
  articleId: string;
  version: number;
  action: DeliveryAction;
  state: DeliveryState;
  epoch: number;
  attemptsInRound: number;
  /** Of the round's last attempt; null before its first. */
  lastOutcome: Outcome | null;
  roundStartedAt: Date;
  /** Milliseconds until it is due by PostgreSQL's clock; 0 or less means now. */
  dueInMs: number;
  begun: boolean;
  body: string | null;
  previousVersion: number | null;
  /** Grows with every event of the article. */
  sequence: number;
  eventAt: Date;
  note: string | null;
  withdrawn: boolean;
  /** Another delivery makes it pointless: a newer version's, or a withdrawal's. */
  overtaken: boolean;
  /** An older version's withdrawal is still to go out, and goes first. */
  behindWithdrawal: boolean;
  renditionContent: Record<string, unknown> | null;
  channel: StoredChannel;
  channelDeleted: boolean;
}

const claimCandidates = new Statement('claim-candidates', (ledger, given: GiveValue<{ ids: string[] }>) =>
  claimCandidatesQuery(ledger, given).compile(),
);

function claimCandidatesQuery(ledger: Ledger, given: GiveValue<{ ids: string[] }>) {
  return ledger
    .selectFrom('deliveries as d')
    .innerJoin('articles as a', 'a.id', 'd.article_id')
    .innerJoin('article_versions as v', (join) =>
      join.onRef('v.article_id', '=', 'd.article_id').onRef('v.version', '=', 'd.version'),
    )
    .innerJoin('channels as c', 'c.id', 'd.channel_id')
    .innerJoin('renditions as r', 'r.id', 'd.rendition_id')
    .select(CHANNEL_COLUMNS.map((column) => `c.${column}` as const))
    .select([
      'd.id as delivery_id',
      'd.article_id',
      'd.version',
      'd.action',
      'd.state',
      'd.epoch',
      'd.attempts_in_round',
      'd.round_started_at',
      'd.begun_at',
      'd.body',
      'd.previous_version as frozen_previous_version',
      'a.withdrawn_at',
      'a.versions_skipped_through',
      'v.note',
      'v.released_at',
      'v.created_at as version_created_at',
      'r.content',
      sql<boolean>`d.action = 'publish' and a.withdrawn_through >= d.version`.as('withdrawn'),
      // Else it is a version that left the channel's filter.
      sql<boolean>`d.action = 'withdraw' and a.withdrawn_through >= d.version`.as('takes_all_down'),
      sql<number>`coalesce(extract(epoch from d.next_attempt_at - clock_timestamp()) * 1000, 0)::float8`.as(
        'due_in_ms',
      ),
    ])
    .select((eb) => [
      eb.exists(eb.selectFrom('deliveries as n').select('n.id').where(overtakes('n', 'd'))).as('overtaken'),
      eb
        .exists(eb.selectFrom('deliveries as w').select('w.id').where(goesBefore('w', 'd')))
        .as('behind_withdrawal'),
      eb
        .selectFrom('deliveries as e')
        .select((max) => max.fn.max('e.version').as('version'))
        .whereRef('e.article_id', '=', 'd.article_id')
        .whereRef('e.channel_id', '=', 'd.channel_id')
        .where('e.action', '=', 'publish')
        .where('e.begun_at', 'is not', null)
        .where(newerThan('d', 'e'))
        .as('last_begun_version'),
      eb
        .selectFrom('attempts as t')
        .select('t.outcome')
        .whereRef('t.delivery_id', '=', 'd.id')
        .whereRef('t.number', '=', 'd.attempt_count')
        .where('d.attempts_in_round', '>', 0)
        .as('last_outcome'),
    ])
    .where(sql<boolean>`d.id = any (${given('ids')}::text[])`);
}

/** Undefined if there is no such delivery. */
export async function readClaimCandidate(ledger: Ledger, id: string): Promise<ClaimCandidate | undefined> {
  return (await readClaimCandidates(ledger, [id])).get(id);
}

/** By id; those that are not there are left out. */
export async function readClaimCandidates(
  ledger: Ledger,
  ids: readonly string[],
): Promise<Map<string, ClaimCandidate>> {
  const rows = await claimCandidates.run(ledger, { ids: [...ids] });
  return new Map(rows.map((row) => [row.delivery_id, candidateOfRow(row)]));
}

type CandidateRow = InferResult<ReturnType<typeof claimCandidatesQuery>>[number];

function candidateOfRow(row: CandidateRow): ClaimCandidate {
  const begun = row.begun_at !== null;
  return {
    id: row.delivery_id,
    articleId: row.article_id,
    version: row.version,
    action: row.action,
    state: row.state,
    epoch: row.epoch,
    attemptsInRound: row.attempts_in_round,
    lastOutcome: row.last_outcome,
    roundStartedAt: row.round_started_at,
    dueInMs: row.due_in_ms,
    begun,
    body: row.body,
    previousVersion: begun ? row.frozen_previous_version : row.last_begun_version,
    sequence: sequenceOf(row),
    eventAt: (row.takes_all_down ? row.withdrawn_at : row.released_at) ?? row.version_created_at,
    // A version's note tells of its text, and a withdrawal tells nothing of it any more.
    note: row.action === 'withdraw' ? null : row.note,
    withdrawn: row.withdrawn,
    overtaken: Boolean(row.overtaken),
    behindWithdrawal: Boolean(row.behind_withdrawal),
    renditionContent: row.content,
    channel: channelOfRow(row),
    channelDeleted: row.deleted_at !== null,
  };
}

/**
 * A version's withdrawal comes after the version and before the next one. After a restore it also comes after what outlets
 * may have got of versions that the backup does not know, whose numbers were skipped.
 */
function sequenceOf(row: Pick<CandidateRow, 'action' | 'version' | 'versions_skipped_through'>): number {
  if (row.action === 'publish') return row.version * 2 - 1;
  return Math.max(row.version, row.versions_skipped_through) * 2;
}

/** A committed claim: from here until its lease ends this sender alone may send. */
export interface Claim {
  epoch: number;
  attemptNumber: number;
}

/** What a claim is made with. */
interface ClaimValues {
  id: string;
  epoch: number;
  leaseMs: number;
  body: string;
  previousVersion: number | null;
}

const claim = new Statement('claim', (ledger, given: GiveValue<ClaimValues>) =>
  sql<{ epoch: number; attempt_count: number }>`
      with claimed as (
        update deliveries d
        set state = 'sending', epoch = d.epoch + 1, attempt_count = d.attempt_count + 1,
            attempts_in_round = d.attempts_in_round + 1, next_attempt_at = null, reason = null,
            lease_until = clock_timestamp() + ${given('leaseMs')} * interval '1 millisecond',
            begun_at = coalesce(d.begun_at, clock_timestamp()), body = coalesce(d.body, ${given('body')}),
            previous_version = case when d.begun_at is null then ${given('previousVersion')}::int else d.previous_version end,
            updated_at = clock_timestamp()
        from articles a, channels c
        where d.id = ${given('id')} and d.epoch = ${given('epoch')} and d.state in ('queued', 'retrying')
          and a.id = d.article_id and c.id = d.channel_id and c.deleted_at is null
          and (d.action = 'withdraw' or (a.withdrawn_through < d.version and c.enabled and c.paused_since is null))
          and not exists (select from deliveries n where ${overtakes('n', 'd')})
          and not exists (select from deliveries w where ${goesBefore('w', 'd')})
        returning d.id, d.epoch, d.attempt_count
      )
      insert into attempts (delivery_id, number, epoch, started_at)
      select id, attempt_count, epoch, clock_timestamp() from claimed
      returning epoch, number as attempt_count`.compile(ledger),
);

/**
 * Takes the delivery for one attempt, compare-and-set on the epoch that was read: whatever changed since (a
 * withdrawal, a pause, a newer version, another sender) makes it null. The frozen body is stored with the first.
 */
export async function claimDelivery(
  ledger: Ledger,
  candidate: ClaimCandidate,
  body: string,
  leaseMs: number,
): Promise<Claim | null> {
  try {
    const { id, epoch, previousVersion } = candidate;
    const [row] = await claim.run(ledger, { id, epoch, previousVersion, body, leaseMs });
    return row === undefined ? null : { epoch: row.epoch, attemptNumber: row.attempt_count };
  } catch (error) {
    // Another delivery of this (article, channel) is being sent: deliveries_one_sender.
    if (error instanceof Error && 'code' in error && error.code === '23505') return null;
    throw error;
  }
}

/** The result of an attempt, ready to be written. */
export interface Settlement {
  deliveryId: string;
  epoch: number;
  outcome: Outcome;
  status: number | null;
  error: string | null;
  response: string | null;
  durationMs: number;
  /** Where the delivery goes unless the article was withdrawn or overtaken meanwhile. */
  state: DeliveryState;
  reason: string | null;
  /** Milliseconds until the next attempt of a waiting state; null for "not by itself". */
  nextAttemptInMs: number | null;
  remoteId: string | null;
  remoteUrl: string | null;
  pauseReason: string | null;
  /** Wakes the feeds service for a delivery of a served channel. */
  served: boolean;
  /** The attempt is of a withdrawal: it goes into the article's evidence. */
  withdrawal?: boolean;
}

const settle = new Statement('settle', (ledger, given: GiveValue<Settlement>) =>
  sql<SettledRow>`
      with target as (
        select d.id, case
            when ${given('state')} not in ('queued', 'retrying') then ${given('state')}
            when d.action = 'publish' and a.withdrawn_through >= d.version then 'canceled'
            when c.deleted_at is not null then 'canceled'
            when exists (select from deliveries n where ${overtakes('n', 'd')}) then 'superseded'
            else ${given('state')}
          end as state, c.deleted_at is not null as channel_deleted
        from deliveries d join articles a on a.id = d.article_id join channels c on c.id = d.channel_id
        where d.id = ${given('deliveryId')} and d.epoch = ${given('epoch')} and d.state = 'sending'
        for update of d
      ), settled as (
        update deliveries d
        set state = s.state,
            reason = case when s.state = 'canceled' and s.channel_deleted then 'the channel was deleted'
                          when s.state = 'canceled' then 'withdrawn while it was being sent'
                          when s.state = 'superseded' then 'a newer version made it pointless' else ${given('reason')} end,
            -- What we stopped ourselves is no fault of the outlet, and costs none of the round's attempts.
            attempts_in_round = d.attempts_in_round - (${given('outcome')}::text = 'aborted')::int,
            lease_until = null,
            next_attempt_at = case when s.state in ('queued', 'retrying')
                                   then clock_timestamp() + ${given('nextAttemptInMs')}::float8 * interval '1 millisecond' end,
            remote_id = coalesce(${given('remoteId')}, d.remote_id),
            remote_url = coalesce(${given('remoteUrl')}, d.remote_url),
            updated_at = clock_timestamp()
        from target s
        where d.id = s.id
        returning d.id, d.state, d.channel_id, d.article_id
      ), written as (
        update attempts t
        set outcome = ${given('outcome')}, status = ${given('status')}::int, error = ${given('error')},
            response = ${given('response')}, duration_ms = ${given('durationMs')}::int
        from settled
        where t.delivery_id = settled.id and t.epoch = ${given('epoch')}
      )
      select state, channel_id, article_id from settled`.compile(ledger),
);

interface SettledRow {
  state: DeliveryState;
  channel_id: string;
  article_id: string;
}

/**
 * Writes attempt and state in one transaction. Null if the claim was lost meanwhile (its lease ran out and somebody
 * else resolved it): then nothing is written. Else the state it came to.
 */
export async function settleDelivery(ledger: Ledger, settlement: Settlement): Promise<DeliveryState | null> {
  const values = { ...settlement, durationMs: Math.round(settlement.durationMs) };
  // Nothing else is to be read or written with it: one statement is a transaction by itself.
  const withdrawal = settlement.withdrawal === true;
  if (
    settlement.state === 'delivered' &&
    settlement.pauseReason === null &&
    !settlement.served &&
    !withdrawal
  ) {
    const [row] = await settle.run(ledger, values);
    return row?.state ?? null;
  }
  return ledger.transaction().execute(async (tx) => {
    // A withdrawal or a newer version that commits meanwhile passes over what is being sent: whatever is to wait again
    // is written after it, and reads it, or before it, and is ended by it.
    // One that is given up may leave a withdrawal to be revived, which must be there by then or come after.
    if (!withdrawal && ['queued', 'retrying', 'dead'].includes(settlement.state)) {
      await sql`select from articles where id = (select article_id from deliveries where id = ${settlement.deliveryId})
                for share`.execute(tx);
    }
    // Entries of evidence have one order, and the article is locked before its deliveries, as everywhere.
    if (withdrawal) {
      await sql`select from articles where id = (select article_id from deliveries where id = ${settlement.deliveryId})
                for update`.execute(tx);
    }
    // A resume that commits meanwhile passes over what is being sent, and would leave it waiting for another one.
    if (settlement.pauseReason !== null) {
      await sql`select from channels where id = (select channel_id from deliveries where id = ${settlement.deliveryId})
                for no key update`.execute(tx);
    }
    const [row] = await settle.run(tx, values);
    if (row === undefined) return null;
    if (withdrawal) await appendAttempt(tx, settlement.deliveryId, settlement.epoch);
    if (row.state === 'dead') await reviveWithdrawals(tx, row.article_id);
    if (settlement.pauseReason !== null) await pauseChannel(tx, row.channel_id, settlement.pauseReason);
    if (settlement.served)
      await sql`select pg_notify(${NOTIFICATIONS.channelServed}, ${row.channel_id})`.execute(tx);
    return row.state;
  });
}

/** Ends a waiting delivery whose turn came to nothing. */
export async function endWaiting(
  ledger: Ledger,
  candidate: ClaimCandidate,
  state: 'canceled' | 'superseded',
  reason: string,
): Promise<void> {
  await ledger
    .updateTable('deliveries')
    .set({ state, reason, next_attempt_at: null, updated_at: sql`clock_timestamp()` })
    .where('id', '=', candidate.id)
    .where('epoch', '=', candidate.epoch)
    .where('state', 'in', [...WAITING_STATES])
    .execute();
}

export interface ExpiredLease {
  id: string;
  action: DeliveryAction;
  epoch: number;
  /** Milliseconds since the attempt began. */
  heldMs: number;
  channelType: string;
  attemptsInRound: number;
  roundStartedAt: Date;
}

/** Claims whose sender vanished: their lease is over by PostgreSQL's clock, oldest first. */
export async function expiredLeases(ledger: Ledger, limit: number): Promise<ExpiredLease[]> {
  const rows = await ledger
    .selectFrom('deliveries as d')
    .innerJoin('channels as c', 'c.id', 'd.channel_id')
    .select([
      'd.id',
      'd.action',
      'd.epoch',
      'c.type',
      'd.attempts_in_round',
      'd.round_started_at',
      sql<number>`(extract(epoch from clock_timestamp() - d.updated_at) * 1000)::float8`.as('held_ms'),
    ])
    .where('d.state', '=', 'sending')
    .where('d.lease_until', '<', sql<Date>`clock_timestamp()`)
    .orderBy('d.lease_until')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    action: row.action,
    epoch: row.epoch,
    heldMs: row.held_ms,
    channelType: row.type,
    attemptsInRound: row.attempts_in_round,
    roundStartedAt: row.round_started_at,
  }));
}

/**
 * Waiting deliveries that have been due for at least `overdueMs` and may be sent, after `afterId` in id order. One that
 * waits for a pause which is over is due as well.
 */
export async function overdueDeliveries(
  ledger: Ledger,
  overdueMs: number,
  afterId: string,
  limit: number,
): Promise<{ id: string; action: DeliveryAction }[]> {
  const since = sql<Date>`clock_timestamp() - ${overdueMs} * interval '1 millisecond'`;
  return ledger
    .selectFrom('deliveries as d')
    .innerJoin('channels as c', 'c.id', 'd.channel_id')
    .select(['d.id', 'd.action'])
    .where('d.state', 'in', [...WAITING_STATES])
    .where((where) =>
      where.or([
        where('d.next_attempt_at', '<', since),
        where.and([where('d.next_attempt_at', 'is', null), where('d.updated_at', '<', since)]),
      ]),
    )
    .where('c.deleted_at', 'is', null)
    .where((where) =>
      where.or([
        where('d.action', '=', 'withdraw'),
        where.and([where('c.enabled', '=', true), where('c.paused_since', 'is', null)]),
      ]),
    )
    .where((where) =>
      where.not(where.exists(where.selectFrom('deliveries as w').select('w.id').where(goesBefore('w', 'd')))),
    )
    .where('d.id', '>', afterId)
    .orderBy('d.id')
    .limit(limit)
    .execute();
}

/** Ends what waits for deleted channels: made, or come back, while the deletion was being written. Returns how many. */
export async function cancelWaitingOfDeleted(ledger: Ledger): Promise<number> {
  const { numUpdatedRows } = await ledger
    .updateTable('deliveries')
    .from('channels as c')
    .set({
      state: 'canceled',
      reason: 'the channel was deleted',
      next_attempt_at: null,
      updated_at: sql`clock_timestamp()`,
    })
    .whereRef('c.id', '=', 'deliveries.channel_id')
    .where('c.deleted_at', 'is not', null)
    .where('deliveries.state', 'in', [...WAITING_STATES])
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Waiting deliveries of a channel, for the queue after a resume. */
export async function waitingOfChannel(
  ledger: Ledger,
  channelId: string,
  afterId: string,
  limit: number,
): Promise<{ id: string; action: DeliveryAction }[]> {
  return ledger
    .selectFrom('deliveries')
    .select(['id', 'action'])
    .where('channel_id', '=', channelId)
    .where('state', 'in', [...WAITING_STATES])
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute();
}

export type RetryVerdict =
  | { verdict: 'queued'; action: DeliveryAction }
  | { verdict: 'missing' }
  | { verdict: 'refused'; reason: string };

/** An operator's "once more": a new round of attempts under the same key and bytes, never past a newer version or a withdrawal. */
export async function requestRetry(
  ledger: Ledger,
  id: string,
  retryable: readonly DeliveryState[],
  alongside: Alongside = () => Promise.resolve(),
): Promise<RetryVerdict> {
  return ledger.transaction().execute(async (tx): Promise<RetryVerdict> => {
    const found = await tx
      .selectFrom('deliveries')
      .select('article_id')
      .where('id', '=', id)
      .executeTakeFirst();
    if (found === undefined) return { verdict: 'missing' };
    const article = await lockArticle(tx, found.article_id);
    const delivery = await tx
      .selectFrom('deliveries as d')
      .innerJoin('channels as c', 'c.id', 'd.channel_id')
      .innerJoin('renditions as r', 'r.id', 'd.rendition_id')
      .select(['d.state', 'd.version', 'd.action', 'c.deleted_at', 'r.refusal'])
      .select((eb) =>
        eb
          .selectFrom('deliveries as n')
          .select((max) => max.fn.max('n.version').as('version'))
          .where(overtakes('n', 'd'))
          .as('newer'),
      )
      .select(isMovedOut(sql`d.article_id`, sql`d.channel_id`, sql`d.version`).as('moved_out'))
      .where('d.id', '=', id)
      .forUpdate('d')
      .executeTakeFirstOrThrow();
    if (!retryable.includes(delivery.state)) return { verdict: 'refused', reason: `it is ${delivery.state}` };
    if (delivery.deleted_at !== null) return { verdict: 'refused', reason: 'its channel was deleted' };
    if (delivery.refusal !== null)
      return { verdict: 'refused', reason: `there is nothing to send: ${delivery.refusal.message}` };
    if (delivery.action === 'publish' && (article?.withdrawn_through ?? 0) >= delivery.version) {
      return { verdict: 'refused', reason: 'the article was withdrawn' };
    }
    if (delivery.action === 'publish' && delivery.moved_out) {
      return { verdict: 'refused', reason: "a newer version left the channel's filter" };
    }
    if (delivery.newer !== null) {
      return {
        verdict: 'refused',
        reason: `version ${delivery.newer} came after it; an older one is never sent again`,
      };
    }
    await tx
      .updateTable('deliveries')
      .set({
        state: 'queued',
        reason: 'asked for by an operator',
        attempts_in_round: 0,
        round_started_at: sql`clock_timestamp()`,
        next_attempt_at: sql`clock_timestamp()`,
        // A claim that was read before must not pass after this.
        epoch: sql`epoch + 1`,
        updated_at: sql`clock_timestamp()`,
      })
      .where('id', '=', id)
      .execute();
    await alongside(tx);
    return { verdict: 'queued', action: delivery.action };
  });
}
