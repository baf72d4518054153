import { makeFeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import { feedStateOf, readFeedRows, shownRenditions } from '@newsrelay/feed-kit/read-feed';
import { RenditionCache } from '@newsrelay/feed-kit/rendition-cache';
import type { Ledger } from '@newsrelay/ledger/database';
import { cutPages } from '@newsrelay/ledger/feed-pages';
import {
  findShelvedChannel,
  readRenditions,
  readShelf,
  type ShelvedChannel,
  type ShelfReading,
} from '@newsrelay/ledger/feed-shelf';
import type { BuildDigest } from '../build-digest.js';
import type { ReadShelf } from './feed-shelves.js';

/** Told of an item that is left out because its rendition cannot be read. */
export type Unreadable = (channelId: string, renditionId: string, reason: string) => void;

/**
 * Makes a channel's documents from the ledger. Ids and times are read first; where they are those of the documents that
 * stand, nothing more is read and nothing made.
 */
export function shelfReader(
  { ledger, publicUrl, build }: { ledger: Ledger; publicUrl: string; build: BuildDigest },
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
  const from = { channel: (id: string) => findShelvedChannel(ledger, id), shelf: readCut };

  return async (channelId, standing) => {
    const rows = await readFeedRows(from, channelId);
    if (typeof rows === 'string') return { kind: rows };
    const { entries, made } = rows;
    if (standing?.kind === 'feed' && standing.made === made) return standing;
    const read = await renditions.read(shownRenditions(entries));
    for (const [id, reason] of read.unreadable) unreadable(channelId, id, reason);
    const shown = feedStateOf(rows, read.found, await build.servedSince());
    const { channelCreatedAt, shapedAt } = shown;
    return {
      kind: 'feed',
      documents: makeFeedDocuments(shown, publicUrl),
      state: { channelCreatedAt, shapedAt, settings: rows.settings, entries },
      articleIds: new Set(entries.map((entry) => entry.articleId)),
      made,
    };
  };
}
