import { sql } from 'kysely';
import type { Ledger } from './database.js';

/** A feed that anybody may read. */
export interface PublicFeedRow {
  channelId: string;
  settings: Record<string, unknown>;
}

export interface PublicFeedRows {
  /** Oldest first. */
  feeds: PublicFeedRow[];
  /** When any channel of the type last changed, came or went; null where there never was one. */
  changedAt: Date | null;
}

/**
 * The enabled channels of a served type that are open to everybody: those whose setting `access` says otherwise are named
 * nowhere, whatever else it may say one day.
 */
export async function readPublicFeeds(ledger: Ledger, channelType: string): Promise<PublicFeedRows> {
  const rows = await ledger
    .selectFrom('channels')
    .select(['id', 'settings'])
    .select([
      sql<boolean>`enabled and deleted_at is null and coalesce(settings ->> 'access', 'public') = 'public'`.as(
        'is_public',
      ),
      sql<Date>`greatest(created_at, updated_at, settings_changed_at, deleted_at)`.as('changed_at'),
    ])
    .where('type', '=', channelType)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const changes = rows.map((row) => row.changed_at.getTime());
  return {
    feeds: rows
      .filter((row) => row.is_public)
      .map(({ id: channelId, settings }) => ({ channelId, settings })),
    changedAt: changes.length === 0 ? null : new Date(Math.max(...changes)),
  };
}

export interface FeedsOfArticle {
  /** Channels among those asked for that show the article. */
  channelIds: ReadonlySet<string>;
  /** When one of them last took it, or took it down; null where none ever did. */
  changedAt: Date | null;
}

/** Which of these channels have the article on their shelf. */
export async function feedsOfArticle(
  ledger: Ledger,
  articleId: string,
  channelIds: readonly string[],
): Promise<FeedsOfArticle> {
  if (channelIds.length === 0) return { channelIds: new Set(), changedAt: null };
  const rows = await ledger
    .selectFrom('shelf_entries as e')
    .innerJoin('renditions as r', 'r.id', 'e.rendition_id')
    .select(['e.channel_id', 'e.changed_at', 'r.action'])
    .where('e.article_id', '=', articleId)
    .where(sql<boolean>`e.channel_id = any(${[...channelIds]}::text[])`)
    .execute();
  const changes = rows.map((row) => row.changed_at.getTime());
  return {
    channelIds: new Set(rows.filter((row) => row.action === 'publish').map((row) => row.channel_id)),
    changedAt: changes.length === 0 ? null : new Date(Math.max(...changes)),
  };
}

/** True if a channel of the type, paused and disabled ones too, has this text as a setting. */
export async function hasChannelWithSetting(
  ledger: Ledger,
  channelType: string,
  setting: string,
  text: string,
): Promise<boolean> {
  const found = await ledger
    .selectFrom('channels')
    .select('id')
    .where('type', '=', channelType)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`settings ->> ${setting}::text = ${text}`)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
