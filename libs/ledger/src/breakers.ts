import { sql } from 'kysely';
import { WAITING_STATES } from '@newsrelay/contracts/delivery';
import { EVENT_KINDS } from '@newsrelay/contracts/operator-events';
import type { Ledger, LedgerTransaction } from './database.js';
import type { DueRow } from './due-row.js';
import { endConditions } from './operator-events.js';

/*
 * The breaker of a channel: after attempts that failed one upon another nothing more goes out but one delivery now and then,
 * which tries. What waits meanwhile burns no attempts. A channel that does well has no row.
 */

/** What a failed attempt means for its channel. */
export interface ChannelFailure {
  /** The outlet answered, and refused this delivery alone: no reason to keep others back. */
  answered: boolean;
  /** What opens the breaker: so many failures one upon another, over so many milliseconds. */
  opensAfter: { failures: number; forMs: number };
  /** For how long it opens, milliseconds. */
  openForMs: number;
  /** Both together pause the channel: as many failures, over as many milliseconds, and nothing else. */
  autoPause: { failures: number; forMs: number };
}

/** Counts a failure. Tells whether it opened or closed the breaker, and why the channel is to be paused, if it is. */
export async function recordFailure(
  tx: LedgerTransaction,
  channelId: string,
  failure: ChannelFailure,
): Promise<{ breaker: 'opened' | 'closed' | null; pauseReason: string | null }> {
  const { answered, opensAfter, openForMs, autoPause } = failure;
  const before = await tx
    .selectFrom('breakers')
    .select([
      'failures',
      'open_until',
      sql<number>`(extract(epoch from clock_timestamp() - failing_since) * 1000)::float8`.as('failing_ms'),
    ])
    .where('channel_id', '=', channelId)
    .forUpdate()
    .executeTakeFirst();
  const failures = (before?.failures ?? 0) + 1;
  const wasOpen = before !== undefined && before.open_until !== null;
  const opens = !answered && failures >= opensAfter.failures && (before?.failing_ms ?? 0) >= opensAfter.forMs;
  const stays = !answered && wasOpen;
  const { rows } = await sql<{ failing_ms: number }>`
    insert into breakers as b (channel_id, failures, failing_since, open_until, opened_at)
    values (${channelId}, 1, clock_timestamp(),
            case when ${opens} then clock_timestamp() + ${openForMs}::float8 * interval '1 millisecond' end,
            case when ${opens} then clock_timestamp() end)
    on conflict (channel_id) do update
    set failures = b.failures + 1,
        open_until = case when ${opens} then greatest(b.open_until, excluded.open_until)
                          when ${stays} then b.open_until end,
        opened_at = case when ${opens} then coalesce(b.opened_at, clock_timestamp()) when ${stays} then b.opened_at end
    returning (extract(epoch from clock_timestamp() - b.failing_since) * 1000)::float8 as failing_ms`.execute(
    tx,
  );
  const failingMs = rows[0]?.failing_ms ?? 0;
  const gaveUp = failures >= autoPause.failures && failingMs >= autoPause.forMs;
  const hours = Math.floor(failingMs / 3_600_000);
  return {
    breaker: opens && !wasOpen ? 'opened' : answered && wasOpen ? 'closed' : null,
    pauseReason: gaveUp ? `nothing but failures for ${hours} hours (${failures} attempts)` : null,
  };
}

/** Something arrived: the breaker closes, and what waited for a later attempt is due. True if it was open. */
export async function recordArrival(tx: LedgerTransaction, channelId: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('breakers')
    .where('channel_id', '=', channelId)
    .returning('open_until')
    .executeTakeFirst();
  if (gone === undefined || gone.open_until === null) return false;
  await tx
    .updateTable('deliveries')
    .set({ next_attempt_at: sql`clock_timestamp()`, updated_at: sql`clock_timestamp()` })
    .where('id', 'in', (waiting) =>
      waiting
        .selectFrom('deliveries as d')
        .select('d.id')
        .where('d.channel_id', '=', channelId)
        .where('d.action', '=', 'publish')
        .where('d.state', 'in', [...WAITING_STATES])
        .where('d.next_attempt_at', '>', sql<Date>`clock_timestamp()`)
        // Whoever holds one of them may want another one that this statement has taken.
        .forUpdate()
        .skipLocked(),
    )
    .execute();
  return true;
}

/** Takes the one attempt that a breaker allows once its time is over. False if somebody else took it. */
export async function takeProbe(ledger: Ledger, channelId: string, forMs: number): Promise<boolean> {
  const { numUpdatedRows } = await ledger
    .updateTable('breakers')
    .set({ open_until: sql`clock_timestamp() + ${forMs}::float8 * interval '1 millisecond'` })
    .where('channel_id', '=', channelId)
    .where('open_until', '<=', sql<Date>`clock_timestamp()`)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Forgets failures: of a channel that is resumed, or was given other settings. */
export async function resetBreaker(tx: LedgerTransaction, channelId: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('breakers')
    .where('channel_id', '=', channelId)
    .executeTakeFirst();
  // Whoever did it knows.
  if (numDeletedRows > 0n)
    await endConditions(tx, [{ kind: EVENT_KINDS.breakerOpened, subject: channelId }], true);
}

/** Of each channel whose breaker's time is over, the delivery that has been due longest: the one that is to try. */
export async function dueProbes(ledger: Ledger, limit: number): Promise<DueRow[]> {
  const { rows } = await sql<DueRow>`
    select d.id, d.action, d.channel_id as "channelId"
    from breakers b join channels c on c.id = b.channel_id
    cross join lateral (
      select d.id, d.action, d.channel_id from deliveries d
      where d.channel_id = b.channel_id and d.action = 'publish' and d.state in ('queued', 'retrying')
        and d.next_attempt_at <= clock_timestamp()
      order by d.next_attempt_at limit 1
    ) as d
    where b.open_until <= clock_timestamp() and c.enabled and c.paused_since is null and c.deleted_at is null
    order by b.open_until
    limit ${limit}`.execute(ledger);
  return rows;
}
