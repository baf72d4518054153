import type { FeedSettings } from '@newsrelay/channel-feed/settings';
import type { FeedDocuments } from '@newsrelay/feed-kit/feed-documents';

/** What there is under a channel's id, as it is served. */
export type Shelf = ServedFeed | AbsentFeed | ClosedFeed;

export interface ServedFeed {
  kind: 'feed';
  settings: FeedSettings;
  documents: FeedDocuments;
  /** Articles on it; a withdrawal of any of them makes the documents stale. */
  articleIds: ReadonlySet<string>;
  /** Equal for equal documents: what was read from the ledger to make them. */
  made: string;
}

/** There is no such channel, or it is of another type. */
export interface AbsentFeed {
  kind: 'absent';
}

/** The channel was deleted. */
export interface ClosedFeed {
  kind: 'closed';
}
