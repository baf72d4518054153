import { Feed } from 'feed';
import { itemId, type FeedItem } from './feed-item.js';
import { around } from './rendered.js';
import type { ItemFragments } from './rendition.js';
import { mediaContent } from './rss-item.js';
import { rfc3339 } from './times.js';
import { element, escapeMarkup, htmlForCdata, legalText, plainText } from './xml.js';

/**
 * A title that holds tags as text is declared as HTML and escaped, as validators ask for; any other is plain text, which
 * readers that overlook the type show rightly too (RFC 4287, section 3.1.1). That goes for character references as well:
 * as plain text they read back equal in newsboat, sfeed and all parsers tried, as HTML not in rss-parser, feedparser and sfeed.
 */
const holdsTags = (title: string) => /<\/?[a-z]/i.test(title);

/**
 * `atom:entry` (RFC 4287, section 4.1.2), rendered by `feed` as a feed of one. The title is given escaped, because `feed`
 * declares it as HTML; people, language, publication time, categories and media are added before the end.
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
  return holdsTags(title) ? escapeMarkup(escapeMarkup(title)) : plainText(title);
}

const person = (kind: 'author' | 'contributor', name: string) =>
  element(kind, {}, element('name', {}, plainText(name)));

/** Its prefix is declared here: a service of the version before joins this into a document that does not. */
const alternative = (heading: string) =>
  element('dcterms:alternative', { 'xmlns:dcterms': 'http://purl.org/dc/terms/' }, plainText(heading));

function additions(item: FeedItem): string[] {
  return [
    ...item.authors.map((name) => person('author', name)),
    ...(item.editor === null ? [] : [person('contributor', item.editor)]),
    element('published', {}, rfc3339(item.publishedAt)),
    ...item.categories.map((category) => element('category', { term: legalText(category) })),
    ...item.alternatives.map(alternative),
    ...(item.source === null ? [] : [element('dc:source', {}, plainText(item.source))]),
    ...item.media.map(mediaContent),
  ];
}
