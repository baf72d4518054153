import { sql } from 'kysely';
import type { DeliveryState, Outcome } from '@newsrelay/contracts/delivery';
import { EVENT_KINDS, type OperatorEvent } from '@newsrelay/contracts/operator-events';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { recordArrival, recordFailure, type ChannelFailure } from './breakers.js';
import { pauseChannel } from './channels.js';
import { isLedgerAway, type Ledger, type LedgerTransaction } from './database.js';
import { reviveWithdrawals } from './deliveries.js';
import { overtakes } from './delivery-order.js';
import { leading, stateOfKnown } from './delivery-states.js';
import { isMovedOut } from './filter-drift.js';
import { recordOperatorEvents } from './operator-events.js';
import { Statement, type GiveValue } from './statement.js';

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
  /** What it says of how the channel does. */
  sign: ChannelSign;
  /** Nobody is told of it: of outlets that come and go by themselves. */
  quiet?: boolean;
}

/** `none` says nothing: what we stopped ourselves, a withdrawal, an arrival where nothing failed before. */
export type ChannelSign = { kind: 'none' } | { kind: 'well' } | { kind: 'failed'; failure: ChannelFailure };

/** What a settlement came to. */
export interface Settled {
  state: DeliveryState;
  /** What it made of the channel's breaker; null if that stays as it was. */
  breaker: 'opened' | 'closed' | null;
  /** The channel was paused by it. */
  paused: boolean;
}

const ATTEMPT_COLUMNS = sql.raw(
  'delivery_id, number, epoch, started_at, duration_ms, outcome, status, error, response',
);
/** A build before this one wrote the attempt when it began. */
const OVER_ITS_BEGINNING = sql.raw(`on conflict (delivery_id, number) do update
  set outcome = excluded.outcome, status = excluded.status, error = excluded.error, response = excluded.response,
      duration_ms = excluded.duration_ms`);

type Values = Omit<Settlement, 'sign' | 'pauseReason' | 'served' | 'quiet'>;

const settle = new Statement('settle', (ledger, given: GiveValue<Values>) =>
  sql<SettledRow>`
      with target as (
        select d.id, d.updated_at as claimed_at, case
            when ${given('state')} not in ('queued', 'retrying') then ${given('state')}
            when d.action = 'publish' and a.withdrawn_through >= d.version then 'canceled'
            when c.deleted_at is not null then 'canceled'
            when exists (select from deliveries n where ${overtakes('n', 'd')}) then 'superseded'
            -- Its withdrawal may not have been made yet.
            when d.action = 'publish' and ${isMovedOut(sql`d.article_id`, sql`d.channel_id`, sql`d.version`)} then 'superseded'
            else ${given('state')}
          end as state, c.deleted_at is not null as channel_deleted
        from deliveries d join articles a on a.id = d.article_id join channels c on c.id = d.channel_id
        where d.id = ${given('deliveryId')} and d.epoch = ${given('epoch')} and ${stateOfKnown('d')} = 'sending'
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
        returning d.id, d.attempt_count, d.epoch, s.claimed_at, d.state, d.channel_id, d.article_id, d.version, d.action, d.reason
      ), written as (
        insert into attempts (${ATTEMPT_COLUMNS})
        select id, attempt_count, epoch, claimed_at, ${given('durationMs')}::int, ${given('outcome')},
               ${given('status')}::int, ${given('error')}, ${given('response')}
        from settled
        ${OVER_ITS_BEGINNING}
      ), told as (
        insert into evidence_due (delivery_id, number, state, reason)
        select id, attempt_count, state, reason from settled where action = 'withdraw'
      )
      select state, channel_id, article_id, version from settled`.compile(ledger),
);

interface SettledRow {
  state: DeliveryState;
  channel_id: string;
  article_id: string;
  version: number;
}

/**
 * Writes attempt and state in one transaction. Null if the claim was lost meanwhile (its lease ran out and somebody
 * else resolved it): then nothing is written.
 */
export async function settleDelivery(ledger: Ledger, settlement: Settlement): Promise<Settled | null> {
  const { sign, pauseReason, served, quiet = false, ...values } = settlement;
  return ledger.transaction().execute(async (tx) => {
    // A withdrawal or a newer version that commits meanwhile passes over what is being sent: whatever is to wait again
    // is written after it, and reads it, or before it, and is ended by it.
    // One that is given up may leave a withdrawal to be revived, which must be there by then or come after.
    if (settlement.state === 'queued' || settlement.state === 'retrying' || settlement.state === 'dead') {
      await sql`select from articles where id = (select article_id from deliveries where id = ${settlement.deliveryId})
                for share`.execute(tx);
    }
    // A resume that commits meanwhile passes over what is being sent, and would leave it waiting for another one.
    if (pauseReason !== null || sign.kind === 'failed') {
      await sql`select from channels where id = (select channel_id from deliveries where id = ${settlement.deliveryId})
                for no key update`.execute(tx);
    }
    const [row] = await settle.run(tx, { ...values, durationMs: Math.round(values.durationMs) });
    if (row === undefined) return null;
    if (row.state === 'dead') await reviveWithdrawals(tx, row.article_id);
    if (served) await sql`select pg_notify(${NOTIFICATIONS.channelServed}, ${row.channel_id})`.execute(tx);
    const { breaker, pauseReason: failures } = await noteHealth(tx, row.channel_id, sign);
    if (pauseReason !== null) await pauseChannel(tx, row.channel_id, pauseReason, 'outlet');
    else if (failures !== null) await pauseChannel(tx, row.channel_id, failures, 'failures');
    if (!quiet) await recordOperatorEvents(tx, eventsOf(settlement, row, breaker));
    return { state: row.state, breaker, paused: pauseReason !== null || failures !== null };
  });
}

/** What operators are told of it; pauses tell of themselves. */
function eventsOf(
  { deliveryId, reason }: Settlement,
  { state, channel_id: channel, article_id: article, version }: SettledRow,
  breaker: Settled['breaker'],
): OperatorEvent[] {
  const events: OperatorEvent[] = [];
  const delivery = { subject: deliveryId, detail: { channel, article, version, reason } };
  if (state === 'dead') events.push({ kind: EVENT_KINDS.deliveryDead, ...delivery });
  if (state === 'unknown') events.push({ kind: EVENT_KINDS.deliveryUnknown, ...delivery });
  if (breaker === 'opened')
    events.push({ kind: EVENT_KINDS.breakerOpened, subject: channel, detail: { reason: reason ?? '' } });
  if (breaker === 'closed') events.push({ kind: EVENT_KINDS.breakerClosed, subject: channel, detail: {} });
  return events;
}

async function noteHealth(
  tx: LedgerTransaction,
  channelId: string,
  sign: ChannelSign,
): Promise<{ breaker: Settled['breaker']; pauseReason: string | null }> {
  switch (sign.kind) {
    case 'none':
      return { breaker: null, pauseReason: null };
    case 'well':
      return { breaker: (await recordArrival(tx, channelId)) ? 'closed' : null, pauseReason: null };
    case 'failed':
      return recordFailure(tx, channelId, sign.failure);
  }
}

interface ArrivalValues {
  ids: string[];
  epochs: number[];
  states: string[];
  outcomes: string[];
  statuses: (number | null)[];
  responses: (string | null)[];
  durationsMs: number[];
  remoteIds: (string | null)[];
  remoteUrls: (string | null)[];
  served: boolean[];
}

const settleArrivals = new Statement('settle-arrivals', (ledger, given: GiveValue<ArrivalValues>) =>
  sql<{ id: string; state: DeliveryState; notified: unknown }>`
    with given as (
      select * from unnest(${given('ids')}::text[], ${given('epochs')}::int[], ${given('states')}::text[],
                           ${given('outcomes')}::text[], ${given('statuses')}::int[], ${given('responses')}::text[],
                           ${given('durationsMs')}::int[], ${given('remoteIds')}::text[], ${given('remoteUrls')}::text[],
                           ${given('served')}::boolean[])
        as g (id, epoch, state, outcome, status, response, duration_ms, remote_id, remote_url, served)
    ), settled as (
      update deliveries d
      set state = g.state, reason = null, lease_until = null, next_attempt_at = null,
          remote_id = coalesce(g.remote_id, d.remote_id), remote_url = coalesce(g.remote_url, d.remote_url),
          updated_at = clock_timestamp()
      from given g join deliveries o on o.id = g.id
      where d.id = g.id and d.epoch = g.epoch and ${stateOfKnown('d')} = 'sending'
      returning d.id, d.attempt_count, d.epoch, o.updated_at as claimed_at, d.state, d.channel_id, d.action
    ), written as (
      insert into attempts (${ATTEMPT_COLUMNS})
      select s.id, s.attempt_count, s.epoch, s.claimed_at, g.duration_ms, g.outcome, g.status, null, g.response
      from settled s join given g on g.id = s.id
      ${OVER_ITS_BEGINNING}
    ), told as (
      insert into evidence_due (delivery_id, number, state, reason)
      select id, attempt_count, state, null from settled where action = 'withdraw'
    )
    select s.id, s.state, case when g.served then pg_notify(${NOTIFICATIONS.channelServed}, s.channel_id) end as notified
    from settled s join given g on g.id = s.id`.compile(ledger),
);

leading(['sending'], 'delivered');
leading(['sending'], 'accepted');

/** Nothing else is to be read or written with such a result: it goes with others of its kind in one statement. */
export function isPlainArrival({ state, error, pauseReason, sign }: Settlement): boolean {
  return (
    (state === 'delivered' || state === 'accepted') &&
    error === null &&
    pauseReason === null &&
    sign.kind === 'none'
  );
}

/** As {@link settleDelivery}, for {@link isPlainArrival}s. Those whose claim was lost are left out of the answer. */
export async function settlePlainArrivals(
  ledger: Ledger,
  settlements: readonly Settlement[],
): Promise<Map<Settlement, Settled>> {
  try {
    return await settleTogether(ledger, settlements);
  } catch (error) {
    if (settlements.length === 1 || isLedgerAway(error)) throw error;
    // What keeps one of them from being written must not keep the others.
    const settled = new Map<Settlement, Settled>();
    for (const settlement of settlements) {
      const alone = await settleTogether(ledger, [settlement]).catch(() => null);
      for (const each of alone ?? []) settled.set(...each);
    }
    return settled;
  }
}

async function settleTogether(
  ledger: Ledger,
  settlements: readonly Settlement[],
): Promise<Map<Settlement, Settled>> {
  const rows = await settleArrivals.run(ledger, {
    ids: settlements.map(({ deliveryId }) => deliveryId),
    epochs: settlements.map(({ epoch }) => epoch),
    states: settlements.map(({ state }) => state),
    outcomes: settlements.map(({ outcome }) => outcome),
    statuses: settlements.map(({ status }) => status),
    responses: settlements.map(({ response }) => response),
    durationsMs: settlements.map(({ durationMs }) => Math.round(durationMs)),
    remoteIds: settlements.map(({ remoteId }) => remoteId),
    remoteUrls: settlements.map(({ remoteUrl }) => remoteUrl),
    served: settlements.map(({ served }) => served),
  });
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  return new Map(
    settlements.flatMap((settlement) => {
      const state = states.get(settlement.deliveryId);
      return state === undefined ? [] : [[settlement, { state, breaker: null, paused: false }] as const];
    }),
  );
}
