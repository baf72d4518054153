import { Feed } from 'feed';
import type { Media } from '@newsrelay/contracts/article';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { itemId, type FeedItem } from './feed-item.js';
import { rfc822 } from './times.js';
import { element, escapeMarkup, htmlForCdata, legalText } from './xml.js';

/** `feed` turns "&amp;" in a text back into "&" before it escapes: an ampersand that is meant must come escaped. */
const asFeedText = (text: string) => ({ _text: legalText(text).replaceAll('&', '&amp;') });

/**
 * Media RSS 1.5.1: the type is the one the article names. Without `media:title` and `media:description`: readers built on
 * Python's feedparser take them for title and text of the entry. The caption stands in the content.
 */
export function mediaContent(media: Media): string {
  const attributes = { url: media.url, type: media.type, medium: media.type.split('/')[0] ?? null };
  const credit = media.credit === '' ? null : element('media:credit', {}, escapeMarkup(media.credit));
  return element('media:content', attributes, credit);
}

/** `<item>` of RSS 2.0, rendered by `feed` as a feed of one, with what it cannot say added before the end. */
export function rssItem(item: FeedItem): string {
  const feed = new Feed({ title: '', link: item.link, generator: false });
  feed.addItem({
    title: item.title,
    link: item.link,
    guid: itemId(item.articleId),
    date: item.publishedAt,
    description: htmlForCdata(item.summaryHtml),
    ...(item.contentHtml === null ? {} : { content: htmlForCdata(item.contentHtml) }),
    // These take the place of the elements of the same name: a title in CDATA breaks at its second "]]>", and a date is in +0800.
    extensions: [
      { name: 'title', objects: asFeedText(item.title) },
      { name: 'pubDate', objects: { _text: rfc822(item.publishedAt) } },
    ],
  });
  const rendered = feed.rss2();
  const body = rendered.slice(rendered.indexOf('<item>'), rendered.lastIndexOf('</item>')).trimEnd();
  return `${[body, ...additions(item)].join('\n            ')}\n        </item>`;
}

function additions(item: FeedItem): string[] {
  return [
    ...item.authors.map((name) => element('dc:creator', {}, escapeMarkup(name))),
    element('dcterms:modified', {}, toShanghaiTime(item.modifiedAt)),
    element('dc:language', {}, escapeMarkup(item.language)),
    ...(item.source === null ? [] : [element('dc:source', {}, escapeMarkup(item.source))]),
    ...item.categories.map((category) => element('category', {}, escapeMarkup(category))),
    ...item.media.map(mediaContent),
  ];
}
