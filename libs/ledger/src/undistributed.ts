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

/** Rows judged in one statement: each is asked about every channel that it goes to. */
const PAGE = 25;
/** Pages of one search; the next search goes on with what these leave unmarked. */
const MOST_PAGES = 40;

/** The released version `v` was never routed, or one of its channels has no delivery of it. */
const versionLacksDelivery = sql`(v.routed_at is null
  or exists (select from routes r join channels c on c.id = r.channel_id and c.deleted_at is null
             where r.article_id = v.article_id and r.version = v.version
               and not exists (select from deliveries d
                               where d.article_id = r.article_id and d.channel_id = r.channel_id
                                 and d.version = r.version and d.action = 'publish')))`;

/** A channel that the order `w` must reach has neither a delivery of it nor a newer version in its place. */
const withdrawalLacksDelivery = sql`exists (
  select from deliveries p join channels c on c.id = p.channel_id and c.deleted_at is null
  where p.article_id = w.article_id and p.action = 'publish' and p.begun_at is not null
    and p.version <= w.through_version
    and not exists (select from deliveries d
                    where d.article_id = p.article_id and d.channel_id = p.channel_id
                      and d.version >= w.through_version
                      and (d.action = 'withdraw'
                           or (d.version > w.through_version and d.state in ('accepted', 'delivered')))))`;

interface Judged extends VersionOfArticle {
  at: Date;
  lacks: boolean;
}

/**
 * Judges page by page, oldest first, marks what lacks nothing, and returns at most `limit` that do. What cannot be
 * distributed keeps nobody from looking at what is behind it.
 */
async function search(
  limit: number,
  judge: (after: Judged | null) => Promise<Judged[]>,
  mark: (complete: readonly Judged[]) => Promise<void>,
): Promise<VersionOfArticle[]> {
  const lacking: VersionOfArticle[] = [];
  let last: Judged | null = null;
  for (let page = 0; page < MOST_PAGES && lacking.length < limit; page += 1) {
    const judged: Judged[] = await judge(last);
    const complete = judged.filter(({ lacks }) => !lacks);
    if (complete.length > 0) await mark(complete);
    for (const { articleId, version, lacks } of judged) if (lacks) lacking.push({ articleId, version });
    if (judged.length < PAGE) break;
    last = judged.at(-1) ?? null;
  }
  return lacking.slice(0, limit);
}

/** Before everything, in a comparison of rows. */
const FIRST = { at: new Date(0), articleId: '00000000-0000-0000-0000-000000000000', version: 0 };

/** Released versions, oldest first, that were never routed, or of whose channels one has no delivery of them yet. */
export async function undistributedVersions(
  ledger: Ledger,
  overdueSeconds: number,
  limit: number,
): Promise<VersionOfArticle[]> {
  return search(
    limit,
    async (after) => {
      const { at, articleId, version } = after ?? FIRST;
      const { rows } = await sql<Judged>`
        select v.article_id as "articleId", v.version, v.released_at as at, ${versionLacksDelivery} as lacks
        from article_versions v
        where v.distributed_at is null
          and v.released_at < clock_timestamp() - ${overdueSeconds}::float8 * interval '1 second'
          and (v.released_at, v.article_id, v.version) > (${at}::timestamptz, ${articleId}::uuid, ${version}::int)
        order by v.released_at, v.article_id, v.version
        limit ${PAGE}`.execute(ledger);
      return rows;
    },
    async (complete) => {
      await sql`update article_versions v set distributed_at = clock_timestamp()
                from unnest(${complete.map(({ articleId }) => articleId)}::uuid[],
                            ${complete.map(({ version }) => version)}::int[]) as c (article_id, version)
                where v.article_id = c.article_id and v.version = c.version`.execute(ledger);
    },
  );
}

/** Withdrawal orders, oldest first, that one of the channels they must reach has no delivery of yet. */
export async function undistributedWithdrawals(
  ledger: Ledger,
  overdueSeconds: number,
  limit: number,
): Promise<VersionOfArticle[]> {
  return search(
    limit,
    async (after) => {
      const { at, articleId, version } = after ?? FIRST;
      const { rows } = await sql<Judged>`
        select w.article_id as "articleId", w.through_version as version, w.ordered_at as at,
               ${withdrawalLacksDelivery} as lacks
        from withdrawals w
        where w.distributed_at is null
          and w.ordered_at < clock_timestamp() - ${overdueSeconds}::float8 * interval '1 second'
          and (w.ordered_at, w.article_id, w.through_version)
              > (${at}::timestamptz, ${articleId}::uuid, ${version}::int)
        order by w.ordered_at, w.article_id, w.through_version
        limit ${PAGE}`.execute(ledger);
      return rows;
    },
    async (complete) => {
      await sql`update withdrawals w set distributed_at = clock_timestamp()
                from unnest(${complete.map(({ articleId }) => articleId)}::uuid[],
                            ${complete.map(({ version }) => version)}::int[]) as c (article_id, version)
                where w.article_id = c.article_id and w.through_version = c.version`.execute(ledger);
    },
  );
}
