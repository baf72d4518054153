import { rfc3339 } from '@newsrelay/channel-feed/times';
import { escapeMarkup } from '@newsrelay/channel-feed/xml';
import type { Site } from '../site.js';
import type { Picture } from './pictures.js';
import type { ShownArticle } from './shown-article.js';

const property = (name: string, content: string | number | null) =>
  content === null || content === ''
    ? []
    : [`<meta property="${name}" content="${escapeMarkup(String(content))}">`];

/** The Open Graph protocol (ogp.me) with its `article` object type: what a link to the page looks like elsewhere. */
export function openGraph(shown: ShownArticle, site: Site): string[] {
  const { article, canonicalUrl, description, pictures, modifiedAt } = shown;
  return [
    ...property('og:type', 'article'),
    ...property('og:title', article.headline),
    ...property('og:description', description),
    ...property('og:url', canonicalUrl),
    ...property('og:site_name', site.name),
    ...property('og:locale', localeOf(article.language)),
    ...pictures.flatMap(image),
    ...property('article:published_time', rfc3339(article.publishedAt)),
    ...property('article:modified_time', rfc3339(modifiedAt)),
    ...property('article:section', article.sections[0] ?? null),
    ...[...new Set([...article.sections.slice(1), ...article.keywords])].flatMap((tag) =>
      property('article:tag', tag),
    ),
  ];
}

/** Structured properties belong to the `og:image` before them. */
function image({ url, type, width, height, alt }: Picture): string[] {
  return [
    ...property('og:image', url),
    ...property('og:image:type', type),
    ...property('og:image:width', width),
    ...property('og:image:height', height),
    ...property('og:image:alt', alt),
  ];
}

/** `language_TERRITORY`, with the likeliest territory where the tag names none; null for a tag that is none. */
export function localeOf(tag: string): string | null {
  try {
    const { language, region } = new Intl.Locale(tag).maximize();
    return region === undefined ? language : `${language}_${region}`;
  } catch {
    return null;
  }
}
