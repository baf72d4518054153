import { bylineText, htmlBody, plainBody } from '@newsrelay/channel-kit/article-text';
import type { ReleasedArticle, RenditionDraft, WithdrawnArticle } from '@newsrelay/channel-kit/rendition';
import type { Media } from '@newsrelay/contracts/article';
import { cleanText, toShanghaiTime } from '@newsrelay/contracts/text';

/*
 * An article as IPTC ninjs 3.1. Where the public contract and the standard differ, the contract holds:
 * - `located` is the printed dateline ("本报济宁讯"); ninjs means the name of a place there.
 * - ninjs has no property for the time of publication: what the newsroom gave is `contentCreated`.
 * - ninjs has no property for the page a reader opens: it is the rendition "web".
 */

/** ninjs item; only what is there, no nulls, since the schema knows none. */
export type NinjsItem = Record<string, unknown>;

const STANDARD = {
  name: 'ninjs',
  version: '3.1',
  schema: 'http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#',
};

/** Media types by their first part, as ninjs names them. */
const MEDIA_TYPES: Record<string, string> = { image: 'picture', video: 'video', audio: 'audio' };

/** The same for every version, channel and installation. */
export function articleUri(articleId: string): string {
  return `urn:uuid:${articleId}`;
}

export function ninjsOf(draft: RenditionDraft): NinjsItem {
  const { article, fitted } = draft;
  return cleaned({
    uri: articleUri(article.id),
    standard: STANDARD,
    type: 'text',
    version: String(article.version),
    firstCreated: toShanghaiTime(article.firstReleasedAt),
    versionCreated: toShanghaiTime(article.releasedAt),
    contentCreated: toShanghaiTime(article.publishedAt),
    pubStatus: 'usable',
    language: article.language,
    infoSources: [{ name: article.source, role: 'source' }],
    headlines: [
      { role: 'main', value: fitted.headline },
      ...optional(article.kicker, (value) => ({ role: 'kicker', value })),
      ...optional(article.subtitle, (value) => ({ role: 'subtitle', value })),
    ],
    bodies: [
      { role: 'main', contentType: 'text/plain', value: plainBody(draft) },
      { role: 'html', contentType: 'text/html', value: htmlBody(draft) },
    ],
    ...(article.bylines.length === 0 ? {} : { by: bylineText(article.bylines) }),
    ...filled('people', peopleOf(article)),
    ...(article.dateline === null ? {} : { located: article.dateline }),
    ...filled('subjects', [
      ...article.sections.map((name) => ({ name, rel: 'section' })),
      ...article.keywords.map((name) => ({ name, rel: 'keyword' })),
    ]),
    renditions: [{ name: 'web', href: asciiUrl(article.canonicalUrl), contentType: 'text/html' }],
    ...filled('associations', article.media.map(associationOf)),
  }) as NinjsItem;
}

/** A withdrawal tells which version is gone, and nothing of what it said. */
export function withdrawnNinjsOf(article: WithdrawnArticle): NinjsItem {
  return {
    uri: articleUri(article.id),
    version: String(article.version),
    versionCreated: toShanghaiTime(article.withdrawnAt),
    pubStatus: 'canceled',
  };
}

function peopleOf(article: ReleasedArticle) {
  return [
    ...article.bylines.map(({ name, role }) => ({ name, ...(role === null ? {} : { rel: role }) })),
    ...optional(article.editor, (name) => ({ name, rel: '责任编辑' })),
  ];
}

function associationOf(media: Media, index: number) {
  const kind = MEDIA_TYPES[media.type.split('/')[0] ?? ''] ?? 'component';
  const href = asciiUrl(media.url);
  return {
    name: `${kind}-${index + 1}`,
    uri: href,
    type: kind,
    ...(media.credit === '' ? {} : { by: media.credit }),
    ...filled('descriptions', [
      ...optional(media.caption || null, (value) => ({ role: 'caption', value })),
      ...optional(media.alt || null, (value) => ({ role: 'alt', value })),
    ]),
    renditions: [{ name: 'original', href, contentType: media.type }],
  };
}

function optional<T>(text: string | null, make: (text: string) => T): T[] {
  return text === null ? [] : [make(text)];
}

function filled<T>(name: string, items: T[]): Record<string, T[]> {
  return items.length === 0 ? {} : { [name]: items };
}

/** URIs of JSON Schema's format "uri" (RFC 3986) are ASCII. */
function asciiUrl(url: string): string {
  return new URL(url).href;
}

/** Every text without what XML and PostgreSQL refuse; the rendition lies in the ledger as jsonb. */
function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cleaned(member)]));
}
