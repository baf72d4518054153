import { Feed } from 'feed';
import { itemId, type FeedItem } from './feed-item.js';
import type { ItemFragments } from './rendition.js';
import { mediaContent } from './rss-item.js';
import { rfc3339 } from './times.js';
import { element, escapeMarkup, htmlForCdata, legalText } from './xml.js';

/**
 * `atom:entry` (RFC 4287, section 4.1.2), rendered by `feed` as a feed of one. The title is given escaped, because `feed`
 * declares it as HTML; language, publication time, categories and media are added before the end, as `feed` has no words for them.
 */
export function atomEntry(item: FeedItem): ItemFragments['atom'] {
  const feed = new Feed({ title: '', id: itemId(item.articleId), generator: false });
  feed.addItem({
    id: itemId(item.articleId),
    title: escapeMarkup(item.title),
    link: item.link,
    date: item.modifiedAt,
    description: htmlForCdata(item.summaryHtml),
    ...(item.contentHtml === null ? {} : { content: htmlForCdata(item.contentHtml) }),
    // `feed` turns "&amp;" in a name back into "&" before it escapes.
    author: item.authors.map((name) => ({ name: legalText(name).replaceAll('&', '&amp;') })),
  });
  const rendered = feed.atom1();
  const start = rendered.indexOf('<entry>') + '<entry>'.length;
  const entry = rendered.slice(start, rendered.lastIndexOf('</entry>')).trimEnd();
  // The title before it is escaped and so cannot hold this text.
  const updated = `<updated>${item.modifiedAt.toISOString()}</updated>`;
  const at = entry.indexOf(updated);
  if (at < 0) throw new Error('feed wrote no atom:updated as it is known to');
  return {
    beforeUpdated: `<entry xml:lang="${escapeMarkup(item.language)}">${entry.slice(0, at)}<updated>`,
    afterUpdated: `</updated>${[entry.slice(at + updated.length), ...additions(item)].join('\n        ')}\n    </entry>`,
  };
}

function additions(item: FeedItem): string[] {
  return [
    element('published', {}, rfc3339(item.publishedAt)),
    ...item.sections.map((section) => element('category', { term: legalText(section) })),
    ...(item.source === null ? [] : [element('dc:source', {}, escapeMarkup(item.source))]),
    ...item.media.map(mediaContent),
  ];
}
