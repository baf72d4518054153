import { sql } from 'kysely';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import type { Ledger } from './database.js';
import { withdrawnSince } from './feed-pages.js';
import type { ShelfEntry } from './feed-shelf.js';

/** One entry of a channel's log, which never changes: what the position behind it is recognised by. */
export interface LogMark {
  /** Decimal. */
  number: string;
  articleId: string;
  version: number;
  action: DeliveryAction;
  at: Date;
}

/** Undefined if the channel's log has no such entry. @param number decimal */
export async function findLogMark(
  ledger: Ledger,
  channelId: string,
  number: string,
): Promise<LogMark | undefined> {
  const row = await ledger
    .selectFrom('feed_log')
    .select(['number', 'article_id', 'version', 'action', 'at'])
    .where('channel_id', '=', channelId)
    .where('number', '=', number)
    .executeTakeFirst();
  return (
    row && {
      number: row.number,
      articleId: row.article_id,
      version: row.version,
      action: row.action,
      at: row.at,
    }
  );
}

/** A change of a channel: what its log says, and what of it may still be shown. */
export interface LogChange extends LogMark, ShelfEntry {
  /** Of the article before this entry; null where it had none. */
  previousAction: DeliveryAction | null;
  /** A later entry tells of the same article. */
  overtaken: boolean;
  /** The article's own address, as it was sent in; null where it has none. */
  url: string | null;
}

/**
 * The channel's changes after a position, oldest first. Nothing is ever appended before what was read: numbers are given under a
 * lock of the channel's head that is held until the commit.
 *
 * @param after decimal; '0' is the beginning
 */
export async function readChanges(
  ledger: Ledger,
  channelId: string,
  after: string,
  limit: number,
): Promise<LogChange[]> {
  const { rows } = await sql<{
    number: string;
    article_id: string;
    version: number;
    action: DeliveryAction;
    rendition_id: string;
    release_order: string;
    at: Date;
    released_at: Date | null;
    published_at: Date;
    language: string;
    url: string | null;
    withdrawn_at: Date | null;
    previous_action: DeliveryAction | null;
    overtaken: boolean;
  }>`
    select l.number, l.article_id, l.version, l.action, l.rendition_id, l.release_order, l.at,
           v.released_at, v.published_at, coalesce(v.content ->> 'language', 'zh-CN') as language,
           v.content ->> 'url' as url, ${withdrawnSince} as withdrawn_at,
           (select p.action from feed_log p
            where p.article_id = l.article_id and p.channel_id = l.channel_id and p.number < l.number
            order by p.number desc limit 1) as previous_action,
           exists (select from feed_log n
                   where n.article_id = l.article_id and n.channel_id = l.channel_id and n.number > l.number) as overtaken
    from feed_log l
    join article_versions v on v.article_id = l.article_id and v.version = l.version
    where l.channel_id = ${channelId} and l.number > ${after}::bigint
    order by l.number limit ${limit}`.execute(ledger);
  return rows.map((row) => ({
    number: row.number,
    articleId: row.article_id,
    version: row.version,
    action: row.action,
    at: row.at,
    renditionId: row.rendition_id,
    releaseOrder: row.release_order,
    changedAt: row.at,
    releasedAt: row.released_at ?? row.at,
    publishedAt: row.published_at,
    language: row.language,
    linksHere: row.url === null,
    url: row.url,
    withdrawnAt: row.withdrawn_at,
    previousAction: row.previous_action,
    overtaken: row.overtaken,
  }));
}

/** An article that a channel has shown, and that is withdrawn there. */
export interface WithdrawnEntry {
  articleId: string;
  /** The last version that the channel showed. */
  version: number;
  withdrawnAt: Date;
}

/** Latest first; a page of at most `limit` after the position of an entry. */
export async function readWithdrawals(
  ledger: Ledger,
  channelId: string,
  after: { createdAt: string; id: string } | null,
  limit: number,
): Promise<WithdrawnEntry[]> {
  const { rows } = await sql<{ article_id: string; version: number; notice_since: Date }>`
    select article_id, version, notice_since from shelf_entries
    where channel_id = ${channelId} and notice_since is not null
      ${after === null ? sql`` : sql`and (notice_since, article_id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`}
    order by notice_since desc, article_id desc limit ${limit}`.execute(ledger);
  return rows.map((row) => ({
    articleId: row.article_id,
    version: row.version,
    withdrawnAt: row.notice_since,
  }));
}
