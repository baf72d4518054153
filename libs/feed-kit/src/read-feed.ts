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

/** A channel's shelf at one instant. */
export interface ShelfRows<Row extends ShelfRow> {
  entries: readonly Row[];
  /** Number of the newest archive page; null if there is none. */
  newestPage: number | null;
  /** Last change of what is shown that no entry tells of; null if there was none. */
  shapedAt: Date | null;
}

/** Ids and times: enough to tell whether anything changed. */
export interface ReadShelfRows<Row extends ShelfRow> extends ShelfRows<Row> {
  channel: FeedChannelRow;
  settings: FeedSettings;
  /** Equal where the same documents are made of it. */
  made: string;
}

export interface FeedRows<Row extends ShelfRow, Channel extends FeedChannelRow> {
  channel: (channelId: string) => Promise<Channel | undefined>;
  /** The channel's newest articles, as they stand at one instant. */
  shelf: (channel: Channel, limit: number) => Promise<ShelfRows<Row>>;
}

/** What there is under a channel's id: `absent` if no channel or one of another type. */
export async function readFeedRows<Row extends ShelfRow, Channel extends FeedChannelRow>(
  { channel: find, shelf }: FeedRows<Row, Channel>,
  channelId: string,
): Promise<ReadShelfRows<Row> | 'absent' | 'closed'> {
  const channel = await find(channelId);
  if (channel?.type !== feedManifest.type) return 'absent';
  if (channel.deleted) return 'closed';
  const settings = feedSettings.parse(channel.settings);
  const { entries, newestPage, shapedAt } = await shelf(channel, settings.maxItems);
  const made = JSON.stringify([settings, channel.settingsChangedAt, newestPage, shapedAt, entries]);
  return { channel, settings, entries, newestPage, shapedAt, made };
}

/** Renditions that are shown: a withdrawn version is ids and times only, whatever the shelf holds. */
export function shownRenditions(entries: readonly ShelfRow[]): string[] {
  return entries.flatMap(({ withdrawnAt, renditionId }) => (withdrawnAt === null ? [renditionId] : []));
}

/** Entries without a readable rendition are left out. `madeSince`: when documents began to be made as they are now. */
export function feedStateOf<Row extends ShelfRow>(
  { channel, settings, entries, newestPage, shapedAt }: ReadShelfRows<Row>,
  renditions: ReadonlyMap<string, FeedItemRendition>,
  madeSince: Date,
): FeedState {
  return {
    channelId: channel.id,
    channelCreatedAt: channel.createdAt,
    shapedAt: latest([channel.settingsChangedAt, shapedAt ?? channel.createdAt, madeSince]),
    access: settings.access,
    settings,
    archive: { kind: 'current', newestPage },
    entries: entries.flatMap((entry) => feedEntry(entry, renditions)),
  };
}

const latest = (instants: readonly Date[]) => new Date(Math.max(...instants.map((at) => at.getTime())));

/** What a document shows of an entry: of a withdrawn version ids and times only, and nothing where its rendition is missing. */
export function feedEntry(entry: ShelfRow, renditions: ReadonlyMap<string, FeedItemRendition>): FeedEntry[] {
  const { articleId, releaseOrder, publishedAt, language, withdrawnAt } = entry;
  const place = { articleId, releaseOrder, publishedAt, language };
  if (withdrawnAt !== null) return [{ ...place, withdrawnAt }];
  const rendition = renditions.get(entry.renditionId);
  if (rendition === undefined) return [];
  const { releasedAt, changedAt: shelvedAt, linksHere } = entry;
  return [{ ...place, withdrawnAt, rendition, linksHere, releasedAt, shelvedAt }];
}
