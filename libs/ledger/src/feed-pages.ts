import { sql, type RawBuilder } from 'kysely';
import type { Ledger, LedgerTransaction } from './database.js';
import { announceShelf, articlesShown, lockShelf, type ShelfEntry } from './feed-shelf.js';

/*
 * Archive pages of served channels (RFC 5005, section 4). A page is a stretch of the channel's log, recorded when it is cut, with
 * the settings of that moment: all instances have the same pages, and nothing that comes later changes one, but a withdrawal.
 */

/** Entries of a page at most. */
export const PAGE_ENTRIES = 100;

export interface CuttableChannel {
  id: string;
  settings: Record<string, unknown>;
}

/**
 * Cuts pages from the oldest entry without one on, until what a feed of `maxItems` does not show is on them. Where it shows
 * all of them none is cut. Returns how many were.
 */
export async function cutPages(ledger: Ledger, channel: CuttableChannel, maxItems: number): Promise<number> {
  return ledger.transaction().execute(async (tx) => {
    await lockShelf(tx, channel.id);
    const cut = await cutWhatIsNot(tx, articlesShown(sql`${channel.id}`, maxItems), channel);
    if (cut > 0) await announceShelf(tx, channel.id);
    return cut;
  });
}

/** Cuts pages until all articles but those of `shown`, a query of ids, are on one; the shelf must be locked. */
export async function cutWhatIsNot(
  tx: LedgerTransaction,
  shown: RawBuilder<unknown>,
  { id, settings }: CuttableChannel,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with shown as materialized (${shown}),
    unpaged as (
      select l.number, l.article_id, (row_number() over (order by l.number) - 1) / ${PAGE_ENTRIES}::int as page
      from feed_log l join feed_heads h on h.channel_id = l.channel_id
      where l.channel_id = ${id} and l.number > h.paged_through
    ),
    stretches as (
      select page, min(number) as first_entry, max(number) as last_entry
      from unpaged
      where page <= (select max(page) from unpaged where article_id not in (select article_id from shown))
      group by page
    ),
    cut as (
      insert into feed_pages (channel_id, number, first_entry, last_entry, settings)
      select ${id}, h.pages + 1 + s.page, s.first_entry, s.last_entry, ${JSON.stringify(settings)}::jsonb
      from stretches s join feed_heads h on h.channel_id = ${id}
      returning number, last_entry
    )
    update feed_heads h set pages = n.number, newest_page = n.number, paged_through = n.last_entry
    from (select max(number) as number, max(last_entry) as last_entry, count(*)::int as count from cut) as n
    where h.channel_id = ${id} and n.number is not null
    returning n.count`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** An archive page as the ledger has it. */
export interface FeedPage {
  number: number;
  /** The page before it; null for the first. */
  previous: number | null;
  /** Of the channel when it was cut. */
  settings: Record<string, unknown>;
  cutAt: Date;
  /** Latest first, each article once: as it stood at the end of the page, or withdrawn since. */
  entries: ShelfEntry[];
}

/** What there is under a page's number: the page, or the next one after it, or neither. */
export interface PageReading {
  page: FeedPage | null;
  /** Where there is no such page: the first after it; null if there is none. */
  following: number | null;
  /** Number of the last page; null if there is none. */
  newest: number | null;
}

interface PageRow {
  newest: number | null;
  following: number | null;
  cut_at: Date | null;
  previous: number | null;
  settings: Record<string, unknown>;
  article_id: string;
  version: number;
  rendition_id: string;
  release_order: string;
  at: Date;
  released_at: Date | null;
  published_at: Date;
  language: string;
  links_here: boolean;
  withdrawn_at: Date | null;
}

/**
 * Since when the version of a log entry `l` is withdrawn, everywhere or at its channel, by the first withdrawal that covers it;
 * null where none does. A later one changes nothing of it.
 */
export const withdrawnSince = sql<Date | null>`least(
  (select min(w.ordered_at) from withdrawals w
   where w.article_id = l.article_id and w.through_version >= l.version),
  (select min(n.at) from feed_log n
   where n.article_id = l.article_id and n.channel_id = l.channel_id and n.number >= l.number and n.action = 'withdraw'
     and n.version >= l.version))`;

/**
 * Archives show the rendition `r`, or will: at a channel that exists, no later entry of its article is on the same page. An entry that
 * is on none yet will share one with all that follow it within its hundred.
 */
export const isInArchives = sql<boolean>`exists (
  select from feed_log l
  join channels c on c.id = l.channel_id
  join feed_heads h on h.channel_id = l.channel_id
  where l.article_id = r.article_id and l.rendition_id = r.id and c.deleted_at is null
    and not exists (
      select from feed_log n
      where n.article_id = l.article_id and n.channel_id = l.channel_id and n.number > l.number
        and n.number <= coalesce(
          (select min(p.last_entry) from feed_pages p where p.channel_id = l.channel_id and p.last_entry >= l.number),
          h.paged_through + ${PAGE_ENTRIES}::int * ((l.number - h.paged_through - 1) / ${PAGE_ENTRIES}::int + 1))))`;

export async function readPage(ledger: Ledger, channelId: string, number: number): Promise<PageReading> {
  const { rows } = await sql<PageRow>`
    select h.newest_page as newest, s.*,
           (select min(f.number) from feed_pages f
            where f.channel_id = ${channelId} and f.number > ${number}::bigint) as following
    from (select) as one
    left join feed_heads h on h.channel_id = ${channelId}
    left join (
      select p.cut_at, p.settings,
             (select max(b.number) from feed_pages b where b.channel_id = p.channel_id and b.number < p.number) as previous,
             l.number as entry, l.article_id, l.version, l.rendition_id, l.release_order, l.at,
             v.released_at, v.published_at, coalesce(v.content ->> 'language', 'zh-CN') as language,
             v.content ->> 'url' is null as links_here, ${withdrawnSince} as withdrawn_at
      from feed_pages p
      join feed_log l on l.channel_id = p.channel_id and l.number between p.first_entry and p.last_entry
      join article_versions v on v.article_id = l.article_id and v.version = l.version
      where p.channel_id = ${channelId} and p.number = ${number}::bigint
        -- Two entries of one id in one document are a fault in it (RFC 4287, section 4.1.1).
        and not exists (select from feed_log n
                        where n.article_id = l.article_id and n.channel_id = l.channel_id
                          and n.number > l.number and n.number <= p.last_entry)
    ) as s on true
    order by s.entry desc`.execute(ledger);
  const [first] = rows;
  if (first?.cut_at == null) {
    return { page: null, following: first?.following ?? null, newest: first?.newest ?? null };
  }
  const { previous, settings, cut_at: cutAt, following, newest } = first;
  const entries = rows.map((row) => ({
    articleId: row.article_id,
    version: row.version,
    renditionId: row.rendition_id,
    releaseOrder: row.release_order,
    changedAt: row.at,
    releasedAt: row.released_at ?? row.at,
    publishedAt: row.published_at,
    language: row.language,
    linksHere: row.links_here,
    withdrawnAt: row.withdrawn_at,
  }));
  return { page: { number, previous, settings, cutAt, entries }, following, newest };
}
