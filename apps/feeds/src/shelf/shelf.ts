import type { FeedSettings } from '@newsrelay/channel-feed/settings';
import type { FeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import type { ShelfEntry } from '@newsrelay/ledger/feed-shelf';

/** What there is under a channel's id, as it is served. */
export type Shelf = ServedFeed | AbsentFeed | ClosedFeed;

export interface ServedFeed {
  kind: 'feed';
  documents: FeedDocuments;
  /** What the documents, and the channel's editions, are made of. */
  state: ShelfState;
  /** Articles on it; a withdrawal of any of them makes the documents stale. */
  articleIds: ReadonlySet<string>;
  /** Equal for equal documents: what was read from the ledger to make them. */
  made: string;
}

/** A channel's shelf as it was read: ids, times and settings, no content. */
export interface ShelfState {
  channelCreatedAt: Date;
  /** Last change of all that shapes the documents beside their entries. */
  shapedAt: Date;
  settings: FeedSettings;
  /** Newest release first. */
  entries: readonly ShelfEntry[];
}

/** There is no such channel, or it is of another type. */
export interface AbsentFeed {
  kind: 'absent';
}

/** The channel was deleted. */
export interface ClosedFeed {
  kind: 'closed';
}
