import { atomEntry } from './atom-entry.js';
import type { FeedItem } from './feed-item.js';
import { jsonItem } from './json-item.js';
import type { ItemFragments } from './rendition.js';
import { rssItem } from './rss-item.js';
import { element, escapeMarkup } from './xml.js';

/** The item in each format. */
export function fragmentsOf(item: FeedItem): ItemFragments {
  return { rss: rssItem(item), atom: atomEntry(item), json: jsonItem(item) };
}

/*
 * Where each format names the item's address: the first place of its kind, since what stands before it is escaped (the
 * title of RSS and Atom) or an id (JSON).
 */
const RSS_LINK = /<link>[^<]*<\/link>/;
const ATOM_LINK = /<link href="[^"]*"\/>/;
const JSON_URL = /"url":"[^"]*"/;

/**
 * The same item at another address: that of an article's page here follows the public URL, and a rendition never changes.
 *
 * @param link ASCII
 */
export function linkedTo({ rss, atom, json }: ItemFragments, link: string): ItemFragments {
  const { beforeUpdated, afterUpdated } = atom;
  return {
    rss: rss.replace(RSS_LINK, () => element('link', {}, escapeMarkup(link))),
    atom: {
      beforeUpdated: beforeUpdated.replace(ATOM_LINK, () => element('link', { href: link })),
      afterUpdated,
    },
    json: json.replace(JSON_URL, () => `"url":${JSON.stringify(link)}`),
  };
}
