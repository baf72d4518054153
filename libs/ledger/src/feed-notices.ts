import { sql } from 'kysely';
import type { Ledger } from './database.js';
import { cutWhatIsNot, type CuttableChannel } from './feed-pages.js';
import { announceShelf, articlesShown, lockShelf } from './feed-shelf.js';

/*
 * How long the notice of a withdrawal stays in a feed. That it left is recorded, with the moment: the bytes of a feed follow from
 * the ledger and not from the time at which it is asked for.
 */

/** A channel of the type whose feed shows notices, with the oldest of them. */
export interface ChannelWithNotices {
  id: string;
  settings: Record<string, unknown>;
  /** Days, by PostgreSQL's clock, that its oldest notice has stood. */
  oldestDays: number;
}

export async function channelsWithNotices(
  ledger: Ledger,
  channelType: string,
): Promise<ChannelWithNotices[]> {
  const { rows } = await sql<{ id: string; settings: Record<string, unknown>; days: number }>`
    select c.id, c.settings, extract(epoch from clock_timestamp() - o.since)::float8 / 86400 as days
    from channels c cross join lateral (
      select min(notice_since) as since from shelf_entries
      where channel_id = c.id and notice_since is not null and notice_ended_at is null
    ) as o
    where c.type = ${channelType} and c.deleted_at is null and o.since is not null`.execute(ledger);
  return rows.map((row) => ({ id: row.id, settings: row.settings, oldestDays: row.days }));
}

/**
 * Takes notices that have stood for so many days from the feed of a channel that shows `maxItems`. Its log, pages and lists keep
 * them: what of them is on no page yet is put on one, or it would be nowhere. Returns how many left.
 */
export async function endNotices(
  ledger: Ledger,
  channel: CuttableChannel,
  maxItems: number,
  days: number,
): Promise<number> {
  return ledger.transaction().execute(async (tx) => {
    await lockShelf(tx, channel.id);
    const over = sql`channel_id = ${channel.id} and notice_since is not null and notice_ended_at is null
      and notice_since <= transaction_timestamp() - ${days}::float8 * interval '1 day'`;
    const { rows } = await sql`select from shelf_entries where ${over} limit 1`.execute(tx);
    if (rows.length === 0) return 0;
    const staying = sql`select article_id from ${articlesShown(sql`${channel.id}`, maxItems)} as s
      where article_id not in (select article_id from shelf_entries where ${over})`;
    await cutWhatIsNot(tx, staying, channel);
    const { numAffectedRows } =
      await sql`update shelf_entries set notice_ended_at = clock_timestamp() where ${over}`.execute(tx);
    await announceShelf(tx, channel.id);
    return Number(numAffectedRows ?? 0);
  });
}
