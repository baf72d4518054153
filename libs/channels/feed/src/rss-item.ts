import { Feed } from 'feed';
import type { Media } from '@newsrelay/contracts/article';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { itemId, type FeedItem } from './feed-item.js';
import { around } from './rendered.js';
import { isRssLanguage } from './rss-language.js';
import { rfc822 } from './times.js';
import { element, escapeMarkup, htmlForCdata, plainText } from './xml.js';

/**
 * Media RSS 1.5.1: the type is the one the article names. Without `media:title` and `media:description`: readers built on
 * Python's feedparser take them for title and text of the entry. The caption stands in the content. Without `fileSize`, and
 * never as an enclosure, which cannot do without a length (ADR 29).
 */
export function mediaContent(media: Media): string {
  const attributes = { url: media.url, type: media.type, medium: media.type.split('/')[0] ?? null };
  const credit = media.credit === '' ? null : element('media:credit', {}, plainText(media.credit));
  return element('media:content', attributes, credit);
}

/** `<item>` of RSS 2.0, rendered by `feed` as a feed of one, with what it cannot say added before the end. */
export function rssItem(item: FeedItem): string {
  const feed = new Feed({ title: '', link: item.link, generator: false });
  feed.addItem({
    // Left out by `feed` and written below: in its CDATA, a title would break at its second "]]>".
    title: '',
    link: item.link,
    guid: itemId(item.articleId),
    date: item.publishedAt,
    description: htmlForCdata(item.summaryHtml),
    ...(item.contentHtml === null ? {} : { content: htmlForCdata(item.contentHtml) }),
    // Takes the place of the element of the same name: a date is in +0800.
    extensions: [{ name: 'pubDate', objects: { _text: rfc822(item.publishedAt) } }],
  });
  const rendered = feed.rss2();
  const body = rendered.slice(rendered.indexOf('<item>'), rendered.lastIndexOf('</item>')).trimEnd();
  const [, rest] = around(body, '<item>');
  const title = element('title', {}, plainText(item.title));
  return `${['<item>', title + rest, ...additions(item)].join('\n            ')}\n        </item>`;
}

function additions(item: FeedItem): string[] {
  return [
    ...item.authors.map((name) => element('dc:creator', {}, plainText(name))),
    ...(item.editor === null ? [] : [element('dc:contributor', {}, plainText(item.editor))]),
    element('dcterms:modified', {}, toShanghaiTime(item.modifiedAt)),
    ...item.alternatives.map((heading) => element('dcterms:alternative', {}, plainText(heading))),
    ...(isRssLanguage(item.language) ? [element('dc:language', {}, escapeMarkup(item.language))] : []),
    ...(item.source === null ? [] : [element('dc:source', {}, plainText(item.source))]),
    ...item.categories.map((category) => element('category', {}, plainText(category))),
    ...item.media.map(mediaContent),
  ];
}
