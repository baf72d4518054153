import type { FeedItemRendition } from '@newsrelay/channel-feed/rendition';
import type { FeedAccess } from '@newsrelay/contracts/feed-token';
import type { FeedPageSettings } from '@newsrelay/channel-feed/settings';

/** All that a feed's documents are made of. Every part comes from the ledger, so every instance makes the same bytes. */
export interface FeedState {
  channelId: string;
  channelCreatedAt: Date;
  /** Last change of all that shapes the documents beside their entries: settings, public URL, the way they are made. */
  shapedAt: Date;
  /** Who may read it. */
  access: FeedAccess;
  settings: FeedPageSettings;
  /** Newest release first; on an archive page what was shown last. */
  entries: readonly FeedEntry[];
  /** Absent where the feed has no archive. */
  archive?: ArchivePlace;
}

/** Where a document stands in the archive of its feed (RFC 5005, section 4). */
export type ArchivePlace =
  /** The feed itself: what is older is on pages up to this one; null while there is none. */
  | { kind: 'current'; newestPage: number | null }
  /** A page; `previous` is null for the first. */
  | { kind: 'page'; number: number; previous: number | null };

/** One article on the shelf: with its content, or withdrawn and without. */
export type FeedEntry = EntryPlace & (ShownEntry | WithdrawnEntry);

interface EntryPlace {
  articleId: string;
  /** Place in the order of releases: of the first version that the channel got. Decimal, unbounded. */
  releaseOrder: string;
  /** The publication time that the item shows. */
  publishedAt: Date;
  language: string;
}

interface ShownEntry {
  withdrawnAt: null;
  rendition: FeedItemRendition;
  /** False where the article has an address of its own: then its item links there. */
  linksHere: boolean;
  /** When the version that stands here was released. */
  releasedAt: Date;
  /** When the feed began to show this version: later than the release where the channel was paused. */
  shelvedAt: Date;
}

interface WithdrawnEntry {
  withdrawnAt: Date;
}

/** Since when the document says of the article what it says now. */
export function shownSince(entry: FeedEntry): Date {
  return entry.withdrawnAt ?? entry.shelvedAt;
}

/** `atom:updated` of the entry (RFC 4287, section 4.2.15) before entries of the same instant are told apart. */
export function updatedAt(entry: FeedEntry): Date {
  return entry.withdrawnAt ?? entry.releasedAt;
}
