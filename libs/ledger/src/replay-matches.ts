import { sql } from 'kysely';
import { RETRYABLE_STATES, type DeliveryState } from '@newsrelay/contracts/delivery';
import type { Ledger, LedgerTransaction } from './database.js';

/** Which articles a replay is about. */
export interface ReplayScope {
  channelId: string;
  /** Half-open window; an article is in it if one of its versions was released in it. */
  since: Date;
  until: Date;
  /** Only existing deliveries in these states; null: all that can be sent again, and articles without a delivery. */
  states: readonly DeliveryState[] | null;
  /** What is released later goes its ordinary way; null: now. */
  before: Date | null;
}

/** The current version of an article that matches. */
export interface ReplayMatch {
  articleId: string;
  version: number;
  releasedAt: Date;
  /** Its channels were chosen; one that is not there then can be added. */
  routed: boolean;
  /** Null if there is none. */
  deliveryId: string | null;
}

/** The place after which a replay goes on, in order of the current version's release. */
export interface ReplayCursor {
  at: Date;
  articleId: string;
}

/** A list of the channel's filter is empty, or names one of the labels; the same rule as transform's `isEntitled`. */
const meets = (list: string, labels: ReturnType<typeof sql>) => sql<boolean>`(
  jsonb_array_length(c.filter -> ${sql.lit(list)}) = 0
  or exists (select from jsonb_array_elements_text(c.filter -> ${sql.lit(list)}) as wanted where ${labels} ? wanted))`;

/**
 * Articles whose current version stands, is not withdrawn, and either has a delivery at the channel that can be sent
 * again, or has none and passes the channel's filter as it is now.
 */
function matches({ channelId, since, until, states, before }: ReplayScope) {
  const earliest = since.toISOString();
  return sql`
    from article_versions v
    join articles a on a.id = v.article_id and a.published_version = v.version and v.version > a.withdrawn_through
    join channels c on c.id = ${channelId}
    left join deliveries d on d.article_id = v.article_id and d.channel_id = c.id and d.version = v.version
                              and d.action = 'publish'
    left join renditions r on r.id = d.rendition_id
    where v.released_at >= ${earliest}::timestamptz
      and v.released_at < coalesce(${before?.toISOString() ?? null}::timestamptz, clock_timestamp())
      and exists (select from article_versions w
                  where w.article_id = v.article_id and w.released_at >= ${earliest}::timestamptz
                    and w.released_at < ${until.toISOString()}::timestamptz)
      and case when d.id is null
               then ${states === null}::boolean
                    and ${meets('sections', sql`(v.content -> 'sections')`)}
                    and ${meets('sources', sql`to_jsonb(a.source)`)}
                    and ${meets('keywords', sql`(v.content -> 'keywords')`)}
               -- What could not be rendered has nothing to send.
               else d.state = any(${[...(states ?? RETRYABLE_STATES)]}::text[]) and r.refusal is null end`;
}

/** How many articles match now. */
export async function countReplay(ledger: Ledger | LedgerTransaction, scope: ReplayScope): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) ${matches(scope)}`.execute(ledger);
  return Number(rows[0]?.count ?? 0);
}

/** The first match after the cursor, the longest released first. */
export async function nextMatch(
  tx: LedgerTransaction,
  scope: ReplayScope,
  after: ReplayCursor | null,
): Promise<ReplayMatch | undefined> {
  const begin =
    after === null
      ? sql``
      : sql`and (v.released_at, v.article_id) > (${after.at.toISOString()}::timestamptz, ${after.articleId}::uuid)`;
  const { rows } = await sql<ReplayMatch>`
    ${MATCH} ${matches(scope)} ${begin} order by v.released_at, v.article_id limit 1`.execute(tx);
  return rows[0];
}

/** The article as it matches now; undefined if it no longer does. */
export async function matchOf(
  tx: LedgerTransaction,
  scope: ReplayScope,
  articleId: string,
): Promise<ReplayMatch | undefined> {
  const { rows } = await sql<ReplayMatch>`
    ${MATCH} ${matches(scope)} and v.article_id = ${articleId}::uuid`.execute(tx);
  return rows[0];
}

const MATCH = sql`
  select v.article_id as "articleId", v.version, v.released_at as "releasedAt",
         v.routed_at is not null as routed, d.id as "deliveryId"`;
