import { sql, type RawBuilder } from 'kysely';
import type { VersionOfArticle } from './article-versions.js';
import type { Ledger } from './database.js';
import { mayShowEarlier } from './filter-drift.js';

/*
 * What was released or withdrawn and still lacks a delivery. A version, or an order, that has all of them is marked once
 * and never asked about again: the search costs what is missing, however large the ledger grows.
 */

/** Rows judged in one statement: each is asked about every channel that it goes to. */
const PAGE = 25;
/** Pages of one search; the next search goes on with what these leave unmarked. */
const MOST_PAGES = 40;

/** The released version `x` was never routed, or one of its channels has no delivery of it and should. */
const versionLacksDelivery = sql`(x.routed_at is null
  or exists (select from routes r join channels c on c.id = r.channel_id and c.deleted_at is null
             where r.article_id = x.article_id and r.version = x.version
               and (r.action = 'publish' or ${mayShowEarlier('r')})
               and not exists (select from deliveries d
                               where d.article_id = r.article_id and d.channel_id = r.channel_id
                                 and d.version = r.version and d.action = r.action)))`;

/** A channel that the order `x` must reach has neither a delivery of it nor a newer version in its place. */
const withdrawalLacksDelivery = sql`exists (
  select from deliveries p join channels c on c.id = p.channel_id and c.deleted_at is null
  where p.article_id = x.article_id and p.action = 'publish' and p.begun_at is not null
    and p.version <= x.through_version
    and not exists (select from deliveries d
                    where d.article_id = p.article_id and d.channel_id = p.channel_id
                      and d.version >= x.through_version
                      and (d.action = 'withdraw'
                           or (d.version > x.through_version and d.state in ('accepted', 'delivered')))))`;

/** What is searched, under the name `x` that its condition uses. */
interface Searched {
  table: string;
  versionColumn: string;
  /** Since when it waits. */
  sinceColumn: string;
  lacksDelivery: RawBuilder<unknown>;
}

const VERSIONS: Searched = {
  table: 'article_versions',
  versionColumn: 'version',
  sinceColumn: 'released_at',
  lacksDelivery: versionLacksDelivery,
};
const WITHDRAWALS: Searched = {
  table: 'withdrawals',
  versionColumn: 'through_version',
  sinceColumn: 'ordered_at',
  lacksDelivery: withdrawalLacksDelivery,
};

interface Judged extends VersionOfArticle {
  since: Date;
  lacks: boolean;
}

/** Before everything, in a comparison of rows. */
const FIRST = { since: new Date(0), articleId: '00000000-0000-0000-0000-000000000000', version: 0 };

/** Released versions, oldest first, that were never routed, or of whose channels one has no delivery of them yet. */
export function undistributedVersions(
  ledger: Ledger,
  overdueSeconds: number,
  limit: number,
): Promise<VersionOfArticle[]> {
  return search(ledger, VERSIONS, overdueSeconds, limit);
}

/** Withdrawal orders, oldest first, that one of the channels they must reach has no delivery of yet. */
export function undistributedWithdrawals(
  ledger: Ledger,
  overdueSeconds: number,
  limit: number,
): Promise<VersionOfArticle[]> {
  return search(ledger, WITHDRAWALS, overdueSeconds, limit);
}

/**
 * Judges page by page, oldest first, marks what lacks nothing, and returns at most `limit` that do. What cannot be
 * distributed keeps nobody from looking at what is behind it.
 */
async function search(
  ledger: Ledger,
  searched: Searched,
  overdueSeconds: number,
  limit: number,
): Promise<VersionOfArticle[]> {
  const lacking: VersionOfArticle[] = [];
  let last: Pick<Judged, 'since' | 'articleId' | 'version'> = FIRST;
  for (let page = 0; page < MOST_PAGES && lacking.length < limit; page += 1) {
    const judged = await judge(ledger, searched, overdueSeconds, last);
    await mark(
      ledger,
      searched,
      judged.filter(({ lacks }) => !lacks),
    );
    for (const { articleId, version, lacks } of judged) if (lacks) lacking.push({ articleId, version });
    last = judged.at(-1) ?? last;
    if (judged.length < PAGE) break;
  }
  return lacking.slice(0, limit);
}

async function judge(
  ledger: Ledger,
  { table, versionColumn, sinceColumn, lacksDelivery }: Searched,
  overdueSeconds: number,
  after: Pick<Judged, 'since' | 'articleId' | 'version'>,
): Promise<Judged[]> {
  const [version, since] = [sql.ref(`x.${versionColumn}`), sql.ref(`x.${sinceColumn}`)];
  const { rows } = await sql<Judged>`
    select x.article_id as "articleId", ${version} as version, ${since} as since, ${lacksDelivery} as lacks
    from ${sql.table(table)} as x
    where x.distributed_at is null
      and ${since} < clock_timestamp() - ${overdueSeconds}::float8 * interval '1 second'
      and (${since}, x.article_id, ${version})
          > (${after.since}::timestamptz, ${after.articleId}::uuid, ${after.version}::int)
    order by ${since}, x.article_id, ${version}
    limit ${PAGE}`.execute(ledger);
  return rows;
}

async function mark(
  ledger: Ledger,
  { table, versionColumn }: Searched,
  complete: readonly Judged[],
): Promise<void> {
  if (complete.length === 0) return;
  const articleIds = complete.map(({ articleId }) => articleId);
  const versions = complete.map(({ version }) => version);
  await sql`
    update ${sql.table(table)} as x set distributed_at = clock_timestamp()
    from unnest(${articleIds}::uuid[], ${versions}::int[]) as c (article_id, version)
    where x.article_id = c.article_id and ${sql.ref(`x.${versionColumn}`)} = c.version`.execute(ledger);
}
