import { sql } from 'kysely';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import type { Ledger } from './database.js';

/** One lane of one channel. */
export interface ChannelLane {
  channelId: string;
  action: DeliveryAction;
}

/**
 * Says that `holder` works off what waits in these lanes, for the next `forMs` milliseconds. A lane that another process
 * holds stays with that one.
 */
export async function holdBacklogs(
  ledger: Ledger,
  holder: string,
  lanes: readonly ChannelLane[],
  forMs: number,
): Promise<void> {
  if (lanes.length === 0) return;
  await sql`
    insert into backlogs as k (channel_id, action, holder, held_until)
    select n.channel_id, n.action, ${holder}, clock_timestamp() + ${forMs}::float8 * interval '1 millisecond'
    from unnest(${lanes.map(({ channelId }) => channelId)}::text[], ${lanes.map(({ action }) => action)}::text[])
           as n (channel_id, action)
    on conflict (channel_id, action) do update
    set holder = excluded.holder, held_until = excluded.held_until
    where k.holder = excluded.holder or k.held_until <= clock_timestamp()`.execute(ledger);
}

/** Gives lanes back: what waits there needs jobs again. Null: all of the holder's. */
export async function leaveBacklogs(
  ledger: Ledger,
  holder: string,
  lanes: readonly ChannelLane[] | null,
): Promise<void> {
  if (lanes === null) {
    await ledger.deleteFrom('backlogs').where('holder', '=', holder).execute();
    return;
  }
  if (lanes.length === 0) return;
  await sql`
    delete from backlogs k
    using unnest(${lanes.map(({ channelId }) => channelId)}::text[], ${lanes.map(({ action }) => action)}::text[])
            as n (channel_id, action)
    where k.channel_id = n.channel_id and k.action = n.action and k.holder = ${holder}`.execute(ledger);
}
