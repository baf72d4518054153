import { Feed } from 'feed';
import { itemId, type FeedItem } from './feed-item.js';
import type { ItemFragments } from './rendition.js';
import { mediaContent } from './rss-item.js';
import { rfc3339 } from './times.js';
import { element, escapeMarkup, htmlForCdata, legalText } from './xml.js';

/**
 * A title that holds tags as text is declared as HTML and escaped, as validators ask for; any other is plain text, which
 * readers that overlook the type show rightly too (RFC 4287, section 3.1.1). That goes for character references as well:
 * as plain text they read back equal in newsboat, sfeed and all parsers tried, as HTML not in rss-parser, feedparser and sfeed.
 */
const holdsTags = (title: string) => /<\/?[a-z]/i.test(title);

/**
 * `atom:entry` (RFC 4287, section 4.1.2), rendered by `feed` as a feed of one. The title is given escaped, because `feed`
 * declares it as HTML; language, publication time, categories and media are added before the end, as `feed` has no words for them.
 */
export function atomEntry(item: FeedItem): ItemFragments['atom'] {
  const title = escapeMarkup(item.title);
  const feed = new Feed({ title: '', id: itemId(item.articleId), generator: false });
  feed.addItem({
    id: itemId(item.articleId),
    title,
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
  const [head, tail] = around(entry, `<updated>${item.modifiedAt.toISOString()}</updated>`);
  const [open, rest] = around(head, `<title type="html"><![CDATA[${title}]]></title>`);
  const titled =
    open +
    element('title', { type: holdsTags(item.title) ? 'html' : 'text' }, escapeTitle(item.title)) +
    rest;
  return {
    beforeUpdated: `<entry xml:lang="${escapeMarkup(item.language)}">${titled}<updated>`,
    afterUpdated: `</updated>${[tail, ...additions(item)].join('\n        ')}\n    </entry>`,
  };
}

/** Once for XML; a title that is HTML a second time, for the HTML in it. */
function escapeTitle(title: string): string {
  return holdsTags(title) ? escapeMarkup(escapeMarkup(title)) : escapeMarkup(title);
}

/** What stands before and after the first `text`. @throws Error if `feed` does not write it as it is known to */
function around(entry: string, text: string): [string, string] {
  const at = entry.indexOf(text);
  if (at < 0) throw new Error(`feed wrote no ${text.slice(0, 40)}`);
  return [entry.slice(0, at), entry.slice(at + text.length)];
}

function additions(item: FeedItem): string[] {
  return [
    element('published', {}, rfc3339(item.publishedAt)),
    ...item.categories.map((category) => element('category', { term: legalText(category) })),
    ...(item.source === null ? [] : [element('dc:source', {}, escapeMarkup(item.source))]),
    ...item.media.map(mediaContent),
  ];
}
