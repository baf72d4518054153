import { sql } from 'kysely';
import { WAITING_STATES, type DeliveryAction } from '@newsrelay/contracts/delivery';
import type { ClaimCandidate } from './claim-candidates.js';
import type { Ledger } from './database.js';
import { goesBefore } from './delivery-order.js';
import { leading } from './delivery-states.js';
import type { DueRow } from './due-row.js';
import { Statement, type GiveValue } from './statement.js';

/** Ends a waiting delivery whose turn came to nothing. */
export async function endWaiting(
  ledger: Ledger,
  candidate: ClaimCandidate,
  state: 'canceled' | 'superseded' | 'manual',
  reason: string,
): Promise<void> {
  await ledger
    .updateTable('deliveries')
    .set({ state, reason, next_attempt_at: null, updated_at: sql`clock_timestamp()` })
    .where('id', '=', candidate.id)
    .where('epoch', '=', candidate.epoch)
    .where('state', 'in', leading(WAITING_STATES, state))
    .execute();
}

export interface ExpiredLease {
  id: string;
  action: DeliveryAction;
  epoch: number;
  /** Milliseconds since the attempt began. */
  heldMs: number;
  channelId: string;
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
      'd.channel_id',
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
    channelId: row.channel_id,
    channelType: row.type,
    attemptsInRound: row.attempts_in_round,
    roundStartedAt: row.round_started_at,
  }));
}

interface OverdueValues {
  overdueMs: number;
  afterChannel: string;
  perChannel: number;
  total: number;
}

const overdue = new Statement('overdue', (ledger, given: GiveValue<OverdueValues>) =>
  sql<DueRow>`
    select d.id, l.action, c.id as "channelId"
    from (select clock_timestamp() - ${given('overdueMs')}::float8 * interval '1 millisecond' as since) as s,
         channels c cross join (values ('withdraw'), ('publish')) as l (action)
    cross join lateral (
      (select d.id from deliveries d
       where d.channel_id = c.id and d.action = l.action and d.state in ('queued', 'retrying')
         and d.next_attempt_at < s.since and not exists (select from deliveries w where ${goesBefore('w', 'd')})
       -- In the order of its index: to find any hundred a planner reads the table, for each channel.
       order by d.next_attempt_at
       limit ${given('perChannel')}::int)
      union all
      (select d.id from deliveries d
       where d.channel_id = c.id and d.action = l.action and d.state in ('queued', 'retrying')
         and d.next_attempt_at is null and d.updated_at < s.since
         and not exists (select from deliveries w where ${goesBefore('w', 'd')})
       limit ${given('perChannel')}::int)
    ) as d
    where c.deleted_at is null and c.id > ${given('afterChannel')}::text
      and (l.action = 'withdraw'
           or (c.enabled and c.paused_since is null
               and not exists (select from breakers b where b.channel_id = c.id and b.open_until is not null)))
      and not exists (select from backlogs k
                      where k.channel_id = c.id and k.action = l.action and k.held_until > clock_timestamp())
    order by c.id
    limit ${given('total')}::int`.compile(ledger),
);

/**
 * Waiting deliveries that have been due for at least `overdueMs` and may be sent, at most `perChannel` of each of the
 * channels after `afterChannel` in order of id. One that waits for a pause which is over is due as well. Left out is what
 * somebody sees to: channels with a breaker that is open, and lanes that a process works off.
 *
 * @param ledger for look-ups by keys
 */
export async function overdueDeliveries(
  ledger: Ledger,
  overdueMs: number,
  afterChannel: string,
  limits: { perChannel: number; total: number },
): Promise<DueRow[]> {
  return overdue.run(ledger, { overdueMs, afterChannel, ...limits });
}

/** A channel whose lane is asked about; deliveries in `except` are known. */
export interface DueQuestion {
  channelId: string;
  except: readonly string[];
}

interface DueValues {
  channelIds: string[];
  action: DeliveryAction;
  except: string[];
  limit: number;
}

const due = new Statement('due-of-channels', (ledger, given: GiveValue<DueValues>) =>
  sql<{ channel_id: string; id: string }>`
    select c.channel_id, w.id
    from unnest(${given('channelIds')}::text[]) as c (channel_id)
    cross join lateral (
      select d.id from deliveries d
      where d.channel_id = c.channel_id and d.action = ${given('action')} and d.state in ('queued', 'retrying')
        and d.next_attempt_at <= clock_timestamp() and d.id <> all (${given('except')}::text[])
      order by d.next_attempt_at limit ${given('limit')}::int
    ) as w`.compile(ledger),
);

/** Ids of what is due now in the lane `action` of each channel, the longest due first, at most `limit` of each. */
export async function dueOfChannels(
  ledger: Ledger,
  action: DeliveryAction,
  questions: readonly DueQuestion[],
  limit: number,
): Promise<Map<DueQuestion, string[]>> {
  const rows = await due.run(ledger, {
    channelIds: questions.map(({ channelId }) => channelId),
    action,
    except: questions.flatMap(({ except }) => except),
    limit,
  });
  const byChannel = Map.groupBy(rows, ({ channel_id }) => channel_id);
  return new Map(
    questions.map((question) => [question, (byChannel.get(question.channelId) ?? []).map(({ id }) => id)]),
  );
}

/** Deliveries of a channel that are due now, the longest due first, for the queue after a resume. */
export async function dueAfterResume(ledger: Ledger, channelId: string, limit: number): Promise<DueRow[]> {
  return ledger
    .selectFrom('deliveries')
    .select(['id', 'action', 'channel_id as channelId'])
    .where('channel_id', '=', channelId)
    .where('state', 'in', [...WAITING_STATES])
    .where('next_attempt_at', '<=', sql<Date>`clock_timestamp()`)
    .orderBy('next_attempt_at')
    .limit(limit)
    .execute();
}
