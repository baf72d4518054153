import { atomEntry } from './atom-entry.js';
import type { FeedItem } from './feed-item.js';
import { jsonItem } from './json-item.js';
import type { ItemFragments } from './rendition.js';
import { rssItem } from './rss-item.js';

/** The item in each format. */
export function fragmentsOf(item: FeedItem): ItemFragments {
  return { rss: rssItem(item), atom: atomEntry(item), json: jsonItem(item) };
}
