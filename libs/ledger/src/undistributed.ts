import { sql } from 'kysely';
import type { Ledger } from './database.js';

/*
 * What was released or withdrawn and still lacks a delivery. A version, or an order, that has all of them is marked once
 * and never asked about again: the search costs what is missing, however large the ledger grows.
 */

interface VersionOfArticle {
  articleId: string;
  version: number;
}

/** Rows marked at once. */
const MARK_BATCH = 1_000;

/** The released version `v` was never routed, or one of its channels has no delivery of it. */
const versionLacksDelivery = sql`(v.routed_at is null
  or exists (select from routes r join channels c on c.id = r.channel_id and c.deleted_at is null
             where r.article_id = v.article_id and r.version = v.version
               and not exists (select from deliveries d
                               where d.article_id = r.article_id and d.channel_id = r.channel_id
                                 and d.version = r.version and d.action = 'publish')))`;

/** A channel that the order `w` must reach has neither a delivery of it nor a newer version that began to go out. */
const withdrawalLacksDelivery = sql`exists (
  select from deliveries p join channels c on c.id = p.channel_id and c.deleted_at is null
  where p.article_id = w.article_id and p.action = 'publish' and p.begun_at is not null
    and p.version <= w.through_version
    and not exists (select from deliveries d
                    where d.article_id = p.article_id and d.channel_id = p.channel_id
                      and d.version >= w.through_version
                      and (d.action = 'withdraw' or (d.version > w.through_version and d.begun_at is not null))))`;

const overdueSince = (overdueSeconds: number) =>
  sql`clock_timestamp() - ${overdueSeconds}::float8 * interval '1 second'`;

/** Released versions, oldest first, that were never routed, or of whose channels one has no delivery of them yet. */
export async function undistributedVersions(
  ledger: Ledger,
  overdueSeconds: number,
  limit: number,
): Promise<VersionOfArticle[]> {
  await sql`
    update article_versions set distributed_at = clock_timestamp()
    where (article_id, version) in (
      select v.article_id, v.version from article_versions v
      where v.distributed_at is null and v.released_at < ${overdueSince(overdueSeconds)}
        and not ${versionLacksDelivery}
      order by v.released_at limit ${MARK_BATCH}
      for update skip locked)`.execute(ledger);
  const { rows } = await sql<{ article_id: string; version: number }>`
    select v.article_id, v.version from article_versions v
    where v.distributed_at is null and v.released_at < ${overdueSince(overdueSeconds)}
      and ${versionLacksDelivery}
    order by v.released_at
    limit ${limit}`.execute(ledger);
  return rows.map((row) => ({ articleId: row.article_id, version: row.version }));
}

/** Withdrawal orders, oldest first, that one of the channels they must reach has no delivery of yet. */
export async function undistributedWithdrawals(
  ledger: Ledger,
  overdueSeconds: number,
  limit: number,
): Promise<VersionOfArticle[]> {
  await sql`
    update withdrawals set distributed_at = clock_timestamp()
    where order_id in (
      select w.order_id from withdrawals w
      where w.distributed_at is null and w.ordered_at < ${overdueSince(overdueSeconds)}
        and not ${withdrawalLacksDelivery}
      order by w.ordered_at limit ${MARK_BATCH}
      for update skip locked)`.execute(ledger);
  const { rows } = await sql<{ article_id: string; version: number }>`
    select w.article_id, w.through_version as version from withdrawals w
    where w.distributed_at is null and w.ordered_at < ${overdueSince(overdueSeconds)}
      and ${withdrawalLacksDelivery}
    order by w.ordered_at
    limit ${limit}`.execute(ledger);
  return rows.map((row) => ({ articleId: row.article_id, version: row.version }));
}
