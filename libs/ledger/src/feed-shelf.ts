import { sql, type RawBuilder } from 'kysely';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import type { Ledger, LedgerTransaction } from './database.js';
import { leading } from './delivery-states.js';
import { announceServed, type NowServed } from './hub-subscriptions.js';

/*
 * The shelf of served channels. A delivery is `accepted` until a GET serves its item; then it is `delivered`. Every step
 * may be run again, and beside itself in another process, without harm.
 */

/** One instance at a time works on a channel's shelf; the others find it done. */
export async function lockShelf(tx: LedgerTransaction, channelId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('newsrelay shelf ' || ${channelId}, 0))`.execute(
    tx,
  );
}

/** Tells every instance that the channel's feed is another one, once the transaction is committed. */
export async function announceShelf(tx: LedgerTransaction, channelId: string): Promise<void> {
  await sql`select pg_notify(${NOTIFICATIONS.channelServed}, ${channelId})`.execute(tx);
}

/** Channels of a type with deliveries that wait to be put on the shelf. */
export async function channelsToShelve(ledger: Ledger, channelType: string): Promise<string[]> {
  const rows = await ledger
    .selectFrom('deliveries as d')
    .innerJoin('channels as c', 'c.id', 'd.channel_id')
    .select('d.channel_id')
    .distinct()
    .where('d.state', '=', 'accepted')
    .where('c.type', '=', channelType)
    .execute();
  return rows.map((row) => row.channel_id);
}

/**
 * Puts what the channel's accepted deliveries bring onto its shelf and returns their ids, at most `limit`, oldest
 * versions first. An older version never replaces a newer one, and an article's place never moves. Other instances are
 * told if the shelf changed.
 */
export async function shelveAccepted(
  ledger: Ledger,
  channelType: string,
  channelId: string,
  limit: number,
): Promise<string[]> {
  return ledger.transaction().execute(async (tx) => {
    await lockShelf(tx, channelId);
    const accepted = await tx
      .selectFrom('deliveries as d')
      .innerJoin('channels as c', 'c.id', 'd.channel_id')
      .select('d.id')
      .where('d.channel_id', '=', channelId)
      .where('c.type', '=', channelType)
      .where('d.state', '=', 'accepted')
      .orderBy('d.version')
      .limit(limit)
      .execute();
    const ids = accepted.map((row) => row.id);
    if (ids.length === 0) return ids;
    const changed = (await shelveVersions(tx, ids)) + (await shelveWithdrawals(tx, ids));
    if (changed > 0) await announceShelf(tx, channelId);
    return ids;
  });
}

async function shelveVersions(tx: LedgerTransaction, deliveryIds: string[]): Promise<number> {
  const { rows } = await sql`
    insert into shelf_entries as e
      (channel_id, article_id, version, rendition_id, first_released_at, release_order, changed_at)
    select distinct on (d.article_id)
      d.channel_id, d.article_id, d.version, d.rendition_id, f.released_at, f.release_order, clock_timestamp()
    from deliveries d
    join articles a on a.id = d.article_id
    join channels c on c.id = d.channel_id
    cross join lateral (
      -- The first version that this channel got.
      select v.released_at, v.release_order
      from deliveries g
      join article_versions v on v.article_id = g.article_id and v.version = g.version
      where g.channel_id = d.channel_id and g.article_id = d.article_id and g.action = 'publish'
        and g.state in ('accepted', 'delivered') and v.released_at is not null
      order by g.version
      limit 1
    ) as f
    where d.id = any(${deliveryIds}::text[]) and d.action = 'publish'
      and a.withdrawn_through < d.version and c.deleted_at is null
    order by d.article_id, d.version desc
    on conflict (channel_id, article_id) do update
      set version = excluded.version, rendition_id = excluded.rendition_id, changed_at = excluded.changed_at
      where e.version < excluded.version
    returning article_id`.execute(tx);
  return rows.length;
}

/**
 * The withdrawn version stays: its publication time is what the notice shows. An article that was never there gets no notice.
 * One that left the channel's filter is withdrawn here alone, from now on.
 */
async function shelveWithdrawals(tx: LedgerTransaction, deliveryIds: string[]): Promise<number> {
  const { rows } = await sql`
    update shelf_entries e
    set rendition_id = d.rendition_id,
        changed_at = coalesce(case when a.withdrawn_through >= d.version then a.withdrawn_at end, clock_timestamp())
    from deliveries d
    join articles a on a.id = d.article_id
    where d.id = any(${deliveryIds}::text[]) and d.action = 'withdraw'
      and e.channel_id = d.channel_id and e.article_id = d.article_id
      and e.version <= d.version and e.rendition_id <> d.rendition_id
    returning e.article_id`.execute(tx);
  return rows.length;
}

leading(['accepted'], 'delivered');
leading(['accepted'], 'superseded');
leading(['accepted'], 'canceled');

/** What became of a delivery once the shelf is served. */
export interface ServedDelivery {
  id: string;
  state: 'delivered' | 'superseded' | 'canceled';
  action: DeliveryAction;
  /** Seconds since the version was released, or the withdrawal ordered. */
  ageSeconds: number;
}

/**
 * Ends accepted deliveries whose channel now serves what the shelf holds: compare-and-set on `accepted`, so that each is
 * ended once, whichever instance comes first. One that the shelf does not show yet stays. What is delivered by it goes on to the
 * feed's subscribers.
 */
export async function endServed(ledger: Ledger, deliveryIds: readonly string[]): Promise<ServedDelivery[]> {
  if (deliveryIds.length === 0) return [];
  return ledger.transaction().execute(async (tx) => {
    const { rows } = await sql<ServedDelivery & NowServed>`
    update deliveries d
    set state = r.state, reason = r.reason, updated_at = clock_timestamp()
    from (
      select o.id, s.state, s.reason,
             coalesce(case when o.action = 'withdraw' and a.withdrawn_through >= o.version then a.withdrawn_at
                           else v.released_at end, o.created_at) as since
      from deliveries o
      join channels c on c.id = o.channel_id
      join articles a on a.id = o.article_id
      join article_versions v on v.article_id = o.article_id and v.version = o.version
      left join shelf_entries e on e.channel_id = o.channel_id and e.article_id = o.article_id
      cross join lateral (
        select
          case
            when c.deleted_at is not null then 'canceled'
            when o.action = 'withdraw' or e.version = o.version then 'delivered'
            when e.version > o.version then 'superseded'
            when a.withdrawn_through >= o.version then 'canceled'
          end,
          case
            when c.deleted_at is not null then 'the channel was deleted'
            when o.action = 'withdraw' or e.version = o.version then null
            when e.version > o.version then 'version ' || e.version || ' made it pointless'
            when a.withdrawn_through >= o.version then 'withdrawn before it was served'
          end
      ) as s (state, reason)
      where o.id = any(${[...deliveryIds]}::text[])
    ) as r
    where d.id = r.id and d.state = 'accepted' and r.state is not null
    returning d.id, d.state, d.action,
      greatest(0, extract(epoch from clock_timestamp() - r.since))::float8 as "ageSeconds",
      d.article_id as "articleId", d.version, d.channel_id as "feedChannelId", d.rendition_id as "renditionId"`.execute(
      tx,
    );
    // Served first, pushed then: whoever subscribed to these feeds.
    await announceServed(
      tx,
      rows.filter(({ state }) => state === 'delivered'),
    );
    return rows;
  });
}

/** A served channel as its documents need it. */
export interface ShelvedChannel {
  id: string;
  type: string;
  settings: Record<string, unknown>;
  createdAt: Date;
  settingsChangedAt: Date;
  deleted: boolean;
}

/** Undefined if there never was such a channel. */
export async function findShelvedChannel(ledger: Ledger, id: string): Promise<ShelvedChannel | undefined> {
  const row = await ledger
    .selectFrom('channels')
    .select(['id', 'type', 'settings', 'created_at', 'settings_changed_at', 'deleted_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id: row.id,
    type: row.type,
    settings: row.settings,
    createdAt: row.created_at,
    settingsChangedAt: row.settings_changed_at,
    deleted: row.deleted_at !== null,
  };
}

/** An article on the shelf: ids and times, no content. */
export interface ShelfEntry {
  articleId: string;
  version: number;
  renditionId: string;
  /** Decimal. */
  releaseOrder: string;
  /** When the shelf began to hold this version. */
  changedAt: Date;
  /** When this version was released. */
  releasedAt: Date;
  publishedAt: Date;
  language: string;
  /** True where the article has no address of its own. */
  linksHere: boolean;
  /** Set where this version is withdrawn, everywhere or here, whatever the shelf holds: its content may not be shown. */
  withdrawnAt: Date | null;
}

/** Notices of withdrawals that a feed shows beside its newest articles, at most: those of the latest. */
const MAX_NOTICES = 100;
/** Entries without a page that are read, at most; there are more only where nothing was cut for long. */
const MAX_UNPAGED = 1_000;

/**
 * Ids of the articles that a feed of `maxItems` shows: the newest by release, and the latest withdrawals however old their
 * articles are, because readers learn of a withdrawal from nothing else. A notice whose days are over is in neither.
 */
export const articlesShown = (channelId: RawBuilder<unknown>, maxItems: number) => sql`(
  (select article_id from shelf_entries
   where channel_id = ${channelId} and notice_ended_at is null
   order by release_order desc limit ${maxItems})
  union
  (select article_id from shelf_entries
   where channel_id = ${channelId} and notice_since is not null and notice_ended_at is null
   order by notice_since desc limit ${MAX_NOTICES}))`;

/** A feed's entries as they stand at one instant, and what precedes them. */
export interface ShelfReading {
  /** Newest release first. */
  entries: ShelfEntry[];
  /** The archive page before them; null while there is none. */
  newestPage: number | null;
  /** When the last notice left or the last page was cut: then the feed changed without a change of its entries. */
  shapedAt: Date | null;
  /**
   * True if there are entries which the feed has no room for and no page holds yet. They are among `entries`, so that nothing is
   * ever on neither; once `cutPages` has run they are not.
   */
  uncut: boolean;
}

interface ShelfRow {
  newest_page: number | null;
  shaped_at: Date | null;
  shown: boolean;
  article_id: string | null;
  version: number;
  rendition_id: string;
  release_order: string;
  changed_at: Date;
  first_released_at: Date;
  released_at: Date | null;
  published_at: Date;
  language: string;
  links_here: boolean;
  withdrawn_at: Date | null;
}

/** What the feed of a channel shows, with what is on no archive page yet. */
export async function readShelf(ledger: Ledger, channelId: string, maxItems: number): Promise<ShelfReading> {
  const { rows } = await sql<ShelfRow>`
    with shown as materialized ${articlesShown(sql`${channelId}`, maxItems)},
    head as (
      select h.newest_page, coalesce(h.paged_through, 0) as paged_through,
             greatest((select max(notice_ended_at) from shelf_entries
                       where channel_id = ${channelId} and notice_ended_at is not null),
                      (select cut_at from feed_pages where channel_id = ${channelId} and number = h.newest_page)) as shaped_at
      from (select) as one left join feed_heads h on h.channel_id = ${channelId}
    ),
    unpaged as (
      select distinct article_id
      from (select article_id from feed_log
            where channel_id = ${channelId} and number > (select paged_through from head)
            order by number desc limit ${MAX_UNPAGED}) as l
    ),
    chosen as (
      select article_id, true as shown from shown
      union all
      select article_id, false from unpaged where article_id not in (select article_id from shown)
    )
    select head.newest_page, head.shaped_at, s.*
    from head left join (
      select chosen.shown, e.article_id, e.version, e.rendition_id, e.release_order, e.changed_at, e.first_released_at,
             v.released_at, v.published_at, coalesce(v.content ->> 'language', 'zh-CN') as language,
             v.content ->> 'url' is null as links_here,
             case when e.notice_since is not null then e.changed_at
                  when a.withdrawn_through >= e.version then coalesce(a.withdrawn_at, e.changed_at) end as withdrawn_at
      from chosen
      join shelf_entries e on e.channel_id = ${channelId} and e.article_id = chosen.article_id
      join articles a on a.id = e.article_id
      join article_versions v on v.article_id = e.article_id and v.version = e.version
    ) as s on true
    order by s.release_order desc`.execute(ledger);
  const [first] = rows;
  if (first === undefined) throw new Error('no shelf was answered');
  return {
    newestPage: first.newest_page,
    shapedAt: first.shaped_at,
    uncut: rows.some((row) => row.article_id !== null && !row.shown),
    entries: rows.flatMap(({ article_id: articleId, ...row }) =>
      articleId === null ? [] : [{ articleId, ...entryOfRow(row) }],
    ),
  };
}

function entryOfRow(row: Omit<ShelfRow, 'article_id'>): Omit<ShelfEntry, 'articleId'> {
  return {
    version: row.version,
    renditionId: row.rendition_id,
    releaseOrder: row.release_order,
    changedAt: row.changed_at,
    releasedAt: row.released_at ?? row.first_released_at,
    publishedAt: row.published_at,
    language: row.language,
    linksHere: row.links_here,
    withdrawnAt: row.withdrawn_at,
  };
}

/** Contents of renditions by id; one that was refused, and so has none, is left out. */
export async function readRenditions(
  ledger: Ledger,
  ids: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  if (ids.length === 0) return new Map();
  const rows = await ledger
    .selectFrom('renditions')
    .select(['id', 'content'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.flatMap(({ id, content }) => (content === null ? [] : [[id, content] as const])));
}

/**
 * Since when documents are made by a build with this digest, on whichever instance. Another one begins now, also one that was
 * there before: the bytes change once more.
 */
export async function buildServedSince(ledger: Ledger, digest: string): Promise<Date> {
  // Read first: feeds go on while PostgreSQL takes no changes.
  const known = await ledger
    .selectFrom('feed_edition')
    .select('served_since')
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (known !== undefined) return known.served_since;
  const { rows } = await sql<{ served_since: Date }>`
    insert into feed_edition as e (digest, served_since) values (${digest}, clock_timestamp())
    on conflict (only_row) do update
      set digest = excluded.digest,
          served_since = case when e.digest = excluded.digest then e.served_since
                              else greatest(e.served_since, excluded.served_since) end
    returning served_since`.execute(ledger);
  const [row] = rows;
  if (row === undefined) throw new Error('the digest of the build was not kept');
  return row.served_since;
}
