import type { ServedFeed } from '../shelf/shelf.js';

/**
 * Who may read a feed, asked before its document is looked at. Every feed is public. One that is not is never answered at
 * the front door, which sees no identity: its route is what asks for one.
 */
export function isPublic(_feed: Pick<ServedFeed, 'state'>): boolean {
  return true;
}
