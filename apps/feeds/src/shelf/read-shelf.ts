import { feedManifest } from '@newsrelay/channel-feed/manifest';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { makeFeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import type { FeedEntry } from '@newsrelay/feed-kit/feed-state';
import type { Ledger } from '@newsrelay/ledger/database';
import { findShelvedChannel, readRenditions, readShelf, type ShelfEntry } from '@newsrelay/ledger/feed-shelf';
import type { BuildDigest } from '../build-digest.js';
import type { ReadShelf } from './feed-shelves.js';
import { RenditionCache, type RenditionsRead } from './rendition-cache.js';

/** Told of an item that is left out because its rendition cannot be read. */
export type Unreadable = (channelId: string, renditionId: string, reason: string) => void;

/**
 * Makes a channel's documents from the ledger. Ids and times are read first; where they are those of the documents that
 * stand, nothing more is read and nothing made.
 */
export function shelfReader(
  { ledger, publicUrl, build }: { ledger: Ledger; publicUrl: string; build: BuildDigest },
  unreadable: Unreadable,
): ReadShelf {
  const renditions = new RenditionCache((ids) => readRenditions(ledger, ids));
  return async (channelId, standing) => {
    const channel = await findShelvedChannel(ledger, channelId);
    if (channel?.type !== feedManifest.type) return { kind: 'absent' };
    if (channel.deleted) return { kind: 'closed' };
    const settings = feedSettings.parse(channel.settings);
    const entries = await readShelf(ledger, channelId, settings.maxItems);
    const made = JSON.stringify([settings, channel.settingsChangedAt, entries]);
    if (standing?.kind === 'feed' && standing.made === made) return standing;

    const read = await renditions.read(
      entries.filter((entry) => entry.withdrawnAt === null).map((entry) => entry.renditionId),
    );
    for (const [id, reason] of read.unreadable) unreadable(channelId, id, reason);
    const state = {
      channelCreatedAt: channel.createdAt,
      shapedAt: later(channel.settingsChangedAt, await build.servedSince()),
      settings,
      entries,
    };
    const shown = entries.flatMap((entry) => feedEntry(entry, read));
    return {
      kind: 'feed',
      documents: makeFeedDocuments({ ...state, channelId, entries: shown }, publicUrl),
      state,
      articleIds: new Set(entries.map((entry) => entry.articleId)),
      made,
    };
  };
}

const later = (one: Date, other: Date) => (one > other ? one : other);

/** A withdrawn version is ids and times only, whatever the shelf holds. */
function feedEntry(entry: ShelfEntry, { found }: RenditionsRead): FeedEntry[] {
  const { articleId, releaseOrder, publishedAt, language, withdrawnAt } = entry;
  const place = { articleId, releaseOrder, publishedAt, language };
  if (withdrawnAt !== null) return [{ ...place, withdrawnAt }];
  const rendition = found.get(entry.renditionId);
  if (rendition === undefined) return [];
  const { releasedAt, changedAt: shelvedAt, linksHere } = entry;
  return [{ ...place, withdrawnAt, rendition, linksHere, releasedAt, shelvedAt }];
}
