import { rfc3339 } from '@newsrelay/channel-feed/times';
import { articlePageUrl } from '@newsrelay/feed-kit/addresses';
import type { LivingPage, NewsPage } from '@newsrelay/ledger/sitemap';
import { siteUrl, type Site } from '../site.js';
import { textElement, xmlDocument } from './xml-lines.js';

/* sitemaps.org, protocol 0.9, and Google's news extension of it. Times are RFC 3339, a profile of W3C Datetime. */

const SITEMAP = 'http://www.sitemaps.org/schemas/sitemap/0.9';
const NEWS = 'http://www.google.com/schemas/sitemap-news/0.9';

/** "no more than 50,000 URLs and must be no larger than 50MB (52,428,800 bytes)". */
const PROTOCOL_URLS = 50_000;
const PROTOCOL_BYTES = 52_428_800;
/** Articles that are being released while a stretch fills may come into it behind the one that filled it. */
const ROOM = 1_000;

/** "up to 1,000 URLs" of the last two days. */
export const NEWS_URLS = 1_000;
export const NEWS_HOURS = 48;

const AT = new Date('2025-01-03T00:00:00Z');
const ANY_ID = '00000000-0000-8000-8000-000000000000';

/** URLs of one sitemap at most: all entries of a site are of the same length. */
export function urlsPerSitemap(site: Site): number {
  const entry = Buffer.byteLength(urlEntry({ articleId: ANY_ID, releasedAt: AT }, site)) + 1;
  return Math.min(PROTOCOL_URLS - ROOM, Math.floor((PROTOCOL_BYTES - 1_000) / entry) - ROOM);
}

function urlEntry({ articleId, releasedAt }: LivingPage, { publicUrl }: Site): string {
  const location = textElement('loc', articlePageUrl(publicUrl, articleId));
  return `<url>${location}${textElement('lastmod', rfc3339(releasedAt))}</url>`;
}

export function sitemap(pages: readonly LivingPage[], site: Site): string {
  return xmlDocument(
    `urlset xmlns="${SITEMAP}"`,
    pages.map((page) => urlEntry(page, site)),
  );
}

/** `changes` has the last change of each sitemap, in their order; they are numbered from 1. */
export function sitemapIndex(changes: readonly (Date | null)[], site: Site): string {
  return xmlDocument(
    `sitemapindex xmlns="${SITEMAP}"`,
    changes.map((changedAt, index) => {
      const location = textElement('loc', siteUrl(site, sitemapPath(index + 1)));
      const changed = changedAt === null ? '' : textElement('lastmod', rfc3339(changedAt));
      return `<sitemap>${location}${changed}</sitemap>`;
    }),
  );
}

/** At the root: a sitemap may list only what lies below its own folder. */
export const sitemapPath = (number: number): string => `/sitemap-${number}.xml`;

export function newsSitemap(pages: readonly NewsPage[], site: Site): string {
  return xmlDocument(
    `urlset xmlns="${SITEMAP}" xmlns:news="${NEWS}"`,
    pages.map(({ articleId, headline, language, publishedAt }) => {
      const publication =
        textElement('news:name', site.name) + textElement('news:language', newsLanguage(language));
      const news =
        `<news:publication>${publication}</news:publication>` +
        textElement('news:publication_date', rfc3339(publishedAt)) +
        textElement('news:title', headline);
      const location = textElement('loc', articlePageUrl(site.publicUrl, articleId));
      return `<url>${location}<news:news>${news}</news:news></url>`;
    }),
  );
}

/** "an ISO 639 language code (two or three letters). Exception: for Simplified Chinese use zh-cn, for Traditional zh-tw". */
export function newsLanguage(tag: string): string {
  const language = tag.split('-')[0]?.toLowerCase() ?? tag;
  if (language !== 'zh') return language;
  try {
    return new Intl.Locale(tag).maximize().script === 'Hant' ? 'zh-tw' : 'zh-cn';
  } catch {
    return 'zh-cn';
  }
}
