import type { ArticleContent, ArticleInput, CorrectionInput } from '@newsrelay/contracts/article';
import { contentHash } from '@newsrelay/contracts/canonical-json';
import { Problem } from '@newsrelay/contracts/problem';
import { paragraphsOfHtml, sanitiseHtml } from './sanitise-html.js';

/** The content of an article that came by API: as sent, HTML sanitised, plain paragraphs made from HTML where none came. */
export function contentOfInput(input: ArticleInput | CorrectionInput): ArticleContent {
  // HTML of which nothing is left is none.
  const bodyHtml = sanitiseHtml(input.bodyHtml ?? '') || null;
  const body =
    input.body !== undefined && input.body.length > 0 ? input.body : paragraphsOfHtml(bodyHtml ?? '');
  if (body.length === 0) {
    throw new Problem(422, 'bodyHtml: nothing is left after sanitising', [
      { path: '/bodyHtml', message: 'holds no text once scripts, styles and unknown markup are gone' },
    ]);
  }
  return {
    kicker: input.kicker,
    headline: input.headline,
    subtitle: input.subtitle,
    dateline: input.dateline,
    bylines: input.bylines,
    editor: input.editor,
    body,
    bodyHtml,
    media: input.media,
    sections: input.sections,
    keywords: input.keywords,
    language: input.language,
    url: input.url,
  };
}

/** What "the same article again" is decided on, together with publishedAt where both sides gave one. */
export function inputHash(content: ArticleContent, embargoUntil: Date | null): string {
  return contentHash({ content, embargoUntil: embargoUntil?.toISOString() ?? null });
}
