import type { Media } from '@newsrelay/contracts/article';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { itemId, type FeedItem } from './feed-item.js';
import { rfc3339 } from './times.js';
import { legalText } from './xml.js';

/** JSON text of an item of JSON Feed 1.1, written directly: `feed` knows version 1.0 only. */
export function jsonItem(item: FeedItem): string {
  const image = item.media.find((media) => media.type.startsWith('image/'));
  return JSON.stringify(
    {
      id: itemId(item.articleId),
      url: item.link,
      title: item.title,
      content_html: item.contentHtml ?? item.summaryHtml,
      ...(item.summary === '' ? {} : { summary: item.summary }),
      ...(image === undefined ? {} : { image: image.url }),
      date_published: rfc3339(item.publishedAt),
      date_modified: toShanghaiTime(item.modifiedAt),
      ...(item.authors.length === 0 ? {} : { authors: item.authors.map((name) => ({ name })) }),
      ...(item.categories.length === 0 ? {} : { tags: item.categories }),
      language: item.language,
      ...(item.media.length === 0 ? {} : { attachments: attachments(item.media) }),
      _newsrelay: item.extension,
    },
    (_key, value: unknown) => (typeof value === 'string' ? legalText(value) : value),
  );
}

/** Attachments of one title would be one thing in several forms (JSON Feed 1.1): a caption that two share names neither. */
function attachments(media: readonly Media[]) {
  const times = (caption: string) => media.filter((one) => one.caption === caption).length;
  return media.map(({ url, type, caption }) => ({
    url,
    mime_type: type,
    ...(caption === '' || times(caption) > 1 ? {} : { title: caption }),
  }));
}
