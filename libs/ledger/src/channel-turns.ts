import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { WAITING_STATES } from '@newsrelay/contracts/delivery';
import type { Ledger } from './database.js';
import { leading, stateOfKnown } from './delivery-states.js';
import { Statement, type GiveValue } from './statement.js';

/*
 * Channels whose requests go one after the other: what such a channel is sent is read after its turn began, so that it never
 * gets older content after newer, whichever process sends. A turn that is not given back is over by itself.
 */

export interface ChannelTurn {
  channelId: string;
  token: string;
  /** By PostgreSQL's clock, as it writes it: whatever was there before is in what this turn sends. */
  since: string;
}

const take = new Statement(
  'take-turn',
  (ledger, given: GiveValue<{ channelId: string; token: string; leaseMs: number }>) =>
    sql<{ since: string }>`
      insert into channel_turns as t (channel_id, token, since, until)
      values (${given('channelId')}, ${given('token')}::uuid, clock_timestamp(),
              clock_timestamp() + ${given('leaseMs')}::float8 * interval '1 millisecond')
      on conflict (channel_id) do update set token = excluded.token, since = excluded.since, until = excluded.until
        where t.until <= clock_timestamp()
      returning since::text as since`.compile(ledger),
);

const leave = new Statement('leave-turn', (ledger, given: GiveValue<{ channelId: string; token: string }>) =>
  sql`
    update channel_turns set until = clock_timestamp()
    where channel_id = ${given('channelId')} and token = ${given('token')}::uuid`.compile(ledger),
);

/** Null while another delivery of the channel has the turn. */
export async function takeTurn(
  ledger: Ledger,
  channelId: string,
  leaseMs: number,
): Promise<ChannelTurn | null> {
  const token = randomUUID();
  const [row] = await take.run(ledger, { channelId, token, leaseMs });
  return row === undefined ? null : { channelId, token, since: row.since };
}

export async function leaveTurn(ledger: Ledger, { channelId, token }: ChannelTurn): Promise<void> {
  await leave.run(ledger, { channelId, token });
}

const CARRIED = sql.join(leading(WAITING_STATES, 'superseded').map((state) => sql.lit(state)));

const endCarriedAlong = new Statement(
  'end-carried',
  (ledger, given: GiveValue<{ channelId: string; since: string; reason: string }>) =>
    sql<{ id: string }>`
      update deliveries d
      set state = 'superseded', reason = ${given('reason')}, next_attempt_at = null, updated_at = clock_timestamp()
      where d.id in (
        select w.id from deliveries w
        where w.channel_id = ${given('channelId')} and w.action = 'publish' and w.state in (${CARRIED})
          -- Its rows round to milliseconds.
          and w.created_at < ${given('since')}::timestamptz - interval '1 millisecond'
        order by w.next_attempt_at limit 5000
      ) and ${stateOfKnown('d')} in (${CARRIED})
      returning d.id`.compile(ledger),
);

/**
 * What arrived with this turn was all that the channel had to get when it began: versions that waited then came with it, and end
 * as superseded. Withdrawals go by themselves, so that each has an answer of its own. Returns how many came along.
 */
export async function endCarried(ledger: Ledger, turn: ChannelTurn, deliveryId: string): Promise<number> {
  const { channelId, since } = turn;
  const rows = await endCarriedAlong.run(ledger, { channelId, since, reason: `came with ${deliveryId}` });
  return rows.length;
}
