import type { ServedFeed } from '../shelf/shelf.js';

/**
 * Whether everyone may read the feed, asked by its settings before its document is looked at. All feeds are public. One
 * that is not is left alone at the front door, which knows no identities, and is asked for one by its route.
 */
export const isPublic: (feed: Pick<ServedFeed, 'settings'>) => boolean = () => true;
