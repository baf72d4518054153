import { feedManifest } from '@newsrelay/channel-feed/manifest';
import type { FeedItemRendition } from '@newsrelay/channel-feed/rendition';
import { feedSettings, type FeedSettings } from '@newsrelay/channel-feed/settings';
import type { FeedEntry, FeedState } from './feed-state.js';

/*
 * From the ledger's rows to what a feed's documents are made of. Whoever serves feeds and whoever pushes them reads them by this:
 * the same rows make the same bytes, wherever that is done.
 */

/** A channel's row, as far as a feed is made of it. */
export interface FeedChannelRow {
  id: string;
  type: string;
  settings: Record<string, unknown>;
  createdAt: Date;
  settingsChangedAt: Date;
  deleted: boolean;
}

/** An article on the shelf. */
export interface ShelfRow {
  articleId: string;
  renditionId: string;
  releaseOrder: string;
  changedAt: Date;
  releasedAt: Date;
  publishedAt: Date;
  language: string;
  linksHere: boolean;
  withdrawnAt: Date | null;
}

/** Ids and times: enough to tell whether anything changed. */
export interface ReadShelfRows<Row extends ShelfRow> {
  channel: FeedChannelRow;
  settings: FeedSettings;
  entries: readonly Row[];
  /** Equal where the same documents are made of it. */
  made: string;
}

export interface FeedRows<Row extends ShelfRow> {
  channel: (channelId: string) => Promise<FeedChannelRow | undefined>;
  /** The channel's newest articles, as they stand at one instant. */
  shelf: (channelId: string, limit: number) => Promise<Row[]>;
}

/** What there is under a channel's id: `absent` if no channel or one of another type. */
export async function readFeedRows<Row extends ShelfRow>(
  { channel: find, shelf }: FeedRows<Row>,
  channelId: string,
): Promise<ReadShelfRows<Row> | 'absent' | 'closed'> {
  const channel = await find(channelId);
  if (channel?.type !== feedManifest.type) return 'absent';
  if (channel.deleted) return 'closed';
  const settings = feedSettings.parse(channel.settings);
  const entries = await shelf(channelId, settings.maxItems);
  return { channel, settings, entries, made: JSON.stringify([settings, channel.settingsChangedAt, entries]) };
}

/** Renditions that are shown: a withdrawn version is ids and times only, whatever the shelf holds. */
export function shownRenditions(entries: readonly ShelfRow[]): string[] {
  return entries.flatMap(({ withdrawnAt, renditionId }) => (withdrawnAt === null ? [renditionId] : []));
}

/** Entries without a readable rendition are left out. `shapedAt` counts where it is later than the channel's own change. */
export function feedStateOf<Row extends ShelfRow>(
  { channel, settings, entries }: ReadShelfRows<Row>,
  renditions: ReadonlyMap<string, FeedItemRendition>,
  shapedAt: Date,
): FeedState {
  return {
    channelId: channel.id,
    channelCreatedAt: channel.createdAt,
    shapedAt: channel.settingsChangedAt > shapedAt ? channel.settingsChangedAt : shapedAt,
    settings,
    entries: entries.flatMap((entry) => feedEntry(entry, renditions)),
  };
}

function feedEntry(entry: ShelfRow, renditions: ReadonlyMap<string, FeedItemRendition>): FeedEntry[] {
  const { articleId, releaseOrder, publishedAt, language, withdrawnAt } = entry;
  const place = { articleId, releaseOrder, publishedAt, language };
  if (withdrawnAt !== null) return [{ ...place, withdrawnAt }];
  const rendition = renditions.get(entry.renditionId);
  if (rendition === undefined) return [];
  const { releasedAt, changedAt: shelvedAt, linksHere } = entry;
  return [{ ...place, withdrawnAt, rendition, linksHere, releasedAt, shelvedAt }];
}
