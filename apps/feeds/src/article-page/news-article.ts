import { rfc3339 } from '@newsrelay/channel-feed/times';
import { legalText } from '@newsrelay/channel-feed/xml';
import { siteUrl, type Site } from '../site.js';
import type { Picture } from './pictures.js';
import type { ShownArticle } from './shown-article.js';

/** Fields without a value are left out, as lists without an entry are. */
function filled(fields: Record<string, unknown>): Record<string, unknown> {
  const isEmpty = (value: unknown) =>
    value === null || value === '' || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

/** schema.org `NewsArticle`, with the properties that Google's documentation of article structured data names, and more. */
export function newsArticle(shown: ShownArticle, site: Site): Record<string, unknown> {
  const { article, canonicalUrl, description, pictures, modifiedAt, correction } = shown;
  const source = { '@type': 'Organization', name: article.source };
  return filled({
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    '@id': canonicalUrl,
    mainEntityOfPage: { '@type': 'WebPage', '@id': canonicalUrl },
    url: canonicalUrl,
    identifier: `urn:uuid:${article.id}`,
    headline: article.headline,
    alternativeHeadline: article.subtitle ?? article.kicker,
    description,
    datePublished: rfc3339(article.publishedAt),
    dateModified: rfc3339(modifiedAt),
    dateline: article.dateline,
    author:
      article.bylines.length === 0
        ? [source]
        : article.bylines.map(({ role, name }) => filled({ '@type': 'Person', name, jobTitle: role })),
    editor: article.editor === null ? null : { '@type': 'Person', name: article.editor },
    publisher: { '@type': 'Organization', name: site.name, url: siteUrl(site, '/') },
    sourceOrganization: source,
    image: pictures.map(imageObject),
    articleSection: article.sections,
    keywords: article.keywords,
    inLanguage: article.language,
    isAccessibleForFree: true,
    version: article.version,
    correction:
      correction === null
        ? null
        : { '@type': 'CorrectionComment', text: correction, datePublished: rfc3339(article.releasedAt) },
  });
}

function imageObject({ url, width, height, caption, credit }: Picture): Record<string, unknown> {
  return filled({ '@type': 'ImageObject', url, width, height, caption, creditText: credit });
}

/**
 * A data block: nothing that runs, so that the page's policy needs no word for it (HTML, "prepare the script element").
 * Nothing in it can end its element or begin a comment, since no "<" is left.
 */
export function jsonLd(data: Record<string, unknown>): string {
  const json = legalText(JSON.stringify(data)).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `<script type="application/ld+json">${json}</script>`;
}
