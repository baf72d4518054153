import { feedManifest } from '@newsrelay/channel-feed/manifest';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { makeFeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import type { FeedEntry } from '@newsrelay/feed-kit/feed-state';
import type { Ledger } from '@newsrelay/ledger/database';
import { cutPages } from '@newsrelay/ledger/feed-pages';
import {
  findShelvedChannel,
  readRenditions,
  readShelf,
  type ShelfEntry,
  type ShelvedChannel,
  type ShelfReading,
} from '@newsrelay/ledger/feed-shelf';
import type { Edition } from '../edition.js';
import type { ReadShelf } from './feed-shelves.js';
import { RenditionCache, type RenditionsRead } from './rendition-cache.js';

/** Told of an item that is left out because its rendition cannot be read. */
export type Unreadable = (channelId: string, renditionId: string, reason: string) => void;

/**
 * Makes a channel's documents from the ledger. Ids and times are read first; where they are those of the documents that
 * stand, nothing more is read and nothing made.
 */
export function shelfReader(
  { ledger, publicUrl, edition }: { ledger: Ledger; publicUrl: string; edition: Edition },
  unreadable: Unreadable,
  uncut: (channelId: string, error: unknown) => void,
): ReadShelf {
  const renditions = new RenditionCache((ids) => readRenditions(ledger, ids));

  /** What the feed has no room for is put on a page first; where that cannot be done, it stays in the feed until it can. */
  const readCut = async (channel: ShelvedChannel, maxItems: number): Promise<ShelfReading> => {
    const reading = await readShelf(ledger, channel.id, maxItems);
    if (!reading.uncut) return reading;
    try {
      await cutPages(ledger, channel, maxItems);
    } catch (error) {
      uncut(channel.id, error);
      return reading;
    }
    return readShelf(ledger, channel.id, maxItems);
  };

  return async (channelId, standing) => {
    const channel = await findShelvedChannel(ledger, channelId);
    if (channel?.type !== feedManifest.type) return { kind: 'absent' };
    if (channel.deleted) return { kind: 'closed' };
    const settings = feedSettings.parse(channel.settings);
    const { entries, newestPage, shapedAt } = await readCut(channel, settings.maxItems);
    const made = JSON.stringify([settings, channel.settingsChangedAt, newestPage, shapedAt, entries]);
    if (standing?.kind === 'feed' && standing.made === made) return standing;

    const read = await renditions.read(
      entries.filter((entry) => entry.withdrawnAt === null).map((entry) => entry.renditionId),
    );
    for (const [id, reason] of read.unreadable) unreadable(channelId, id, reason);
    const state = {
      channelId,
      channelCreatedAt: channel.createdAt,
      shapedAt: latest([channel.settingsChangedAt, shapedAt ?? channel.createdAt, await edition.since()]),
      settings,
      archive: { kind: 'current' as const, newestPage },
      entries: entries.flatMap((entry) => feedEntry(entry, read)),
    };
    return {
      kind: 'feed',
      documents: makeFeedDocuments(state, publicUrl),
      articleIds: new Set(entries.map((entry) => entry.articleId)),
      made,
    };
  };
}

const latest = (instants: readonly Date[]) => new Date(Math.max(...instants.map((at) => at.getTime())));

/** A withdrawn version is ids and times only, whatever the shelf holds. */
export function feedEntry(entry: ShelfEntry, { found }: RenditionsRead): FeedEntry[] {
  const { articleId, releaseOrder, publishedAt, language, withdrawnAt } = entry;
  const place = { articleId, releaseOrder, publishedAt, language };
  if (withdrawnAt !== null) return [{ ...place, withdrawnAt }];
  const rendition = found.get(entry.renditionId);
  if (rendition === undefined) return [];
  const { releasedAt, changedAt: shelvedAt, linksHere } = entry;
  return [{ ...place, withdrawnAt, rendition, linksHere, releasedAt, shelvedAt }];
}
