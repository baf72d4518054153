import { sql } from 'kysely';
import type { Ledger } from './database.js';

/** Older ones were looked after long ago; the window keeps the question cheap however large the ledger grows. */
const WINDOW = sql`interval '7 days'`;

/** Released versions, oldest first, that were never routed, or of whose channels one has no delivery of them yet. */
export async function undistributedVersions(
  ledger: Ledger,
  overdueSeconds: number,
  limit: number,
): Promise<{ articleId: string; version: number }[]> {
  const { rows } = await sql<{ article_id: string; version: number }>`
    select v.article_id, v.version from article_versions v
    where v.released_at > clock_timestamp() - ${WINDOW}
      and v.released_at < clock_timestamp() - ${overdueSeconds}::float8 * interval '1 second'
      and (v.routed_at is null
           or exists (select from routes r join channels c on c.id = r.channel_id and c.deleted_at is null
                      where r.article_id = v.article_id and r.version = v.version
                        and not exists (select from deliveries d
                                        where d.article_id = r.article_id and d.channel_id = r.channel_id
                                          and d.version = r.version and d.action = 'publish')))
    order by v.released_at
    limit ${limit}`.execute(ledger);
  return rows.map((row) => ({ articleId: row.article_id, version: row.version }));
}

/** Withdrawal orders, oldest first, that one of the channels they must reach has no delivery of yet. */
export async function undistributedWithdrawals(
  ledger: Ledger,
  overdueSeconds: number,
  limit: number,
): Promise<{ articleId: string; version: number }[]> {
  const { rows } = await sql<{ article_id: string; version: number }>`
    select w.article_id, w.through_version as version from withdrawals w
    where w.ordered_at > clock_timestamp() - ${WINDOW}
      and w.ordered_at < clock_timestamp() - ${overdueSeconds}::float8 * interval '1 second'
      and exists (select from deliveries p join channels c on c.id = p.channel_id and c.deleted_at is null
                  where p.article_id = w.article_id and p.action = 'publish' and p.begun_at is not null
                    and p.version <= w.through_version
                    and not exists (select from deliveries d
                                    where d.article_id = p.article_id and d.channel_id = p.channel_id
                                      and d.version >= w.through_version
                                      and (d.action = 'withdraw' or d.version > w.through_version)))
    order by w.ordered_at
    limit ${limit}`.execute(ledger);
  return rows.map((row) => ({ articleId: row.article_id, version: row.version }));
}
