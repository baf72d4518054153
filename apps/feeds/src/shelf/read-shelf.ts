import { makeFeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import { feedStateOf, readFeedRows, shownRenditions } from '@newsrelay/feed-kit/read-feed';
import { RenditionCache } from '@newsrelay/feed-kit/rendition-cache';
import type { Ledger } from '@newsrelay/ledger/database';
import { findShelvedChannel, readRenditions, readShelf } from '@newsrelay/ledger/feed-shelf';
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
): ReadShelf {
  const renditions = new RenditionCache((ids) => readRenditions(ledger, ids));
  const from = {
    channel: (id: string) => findShelvedChannel(ledger, id),
    shelf: (id: string, limit: number) => readShelf(ledger, id, limit),
  };
  return async (channelId, standing) => {
    const rows = await readFeedRows(from, channelId);
    if (typeof rows === 'string') return { kind: rows };
    const { entries, made } = rows;
    if (standing?.kind === 'feed' && standing.made === made) return standing;
    const read = await renditions.read(shownRenditions(entries));
    for (const [id, reason] of read.unreadable) unreadable(channelId, id, reason);
    const shown = feedStateOf(rows, read.found, await build.servedSince());
    const { channelCreatedAt, shapedAt, settings } = shown;
    return {
      kind: 'feed',
      documents: makeFeedDocuments(shown, publicUrl),
      state: { channelCreatedAt, shapedAt, settings, entries },
      articleIds: new Set(entries.map((entry) => entry.articleId)),
      made,
    };
  };
}
