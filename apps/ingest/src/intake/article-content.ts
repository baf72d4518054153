import type { ArticleContent, ArticleInput, CorrectionInput } from '@newsrelay/contracts/article';
import { canonicalJson, contentHash } from '@newsrelay/contracts/canonical-json';
import { Problem } from '@newsrelay/contracts/problem';
import { paragraphsOfHtml, sanitiseHtml, showsPictures } from './sanitise-html.js';

/** The content of an article that came by API: as sent, HTML sanitised, plain paragraphs made from HTML where none came. */
export function contentOfInput(input: ArticleInput | CorrectionInput): ArticleContent {
  // HTML of which nothing is left is none.
  const bodyHtml = sanitiseHtml(input.bodyHtml ?? '') || null;
  const body =
    input.body !== undefined && input.body.length > 0 ? input.body : paragraphsOfHtml(bodyHtml ?? '');
  if (body.length === 0 && !showsPictures(bodyHtml ?? '')) {
    throw new Problem(422, 'bodyHtml: nothing is left after sanitising', [
      {
        path: '/bodyHtml',
        message: 'holds no text and no picture once scripts, styles and unknown markup are gone',
      },
    ]);
  }
  if (bodyHtml !== null && !saysTheSame(body, paragraphsOfHtml(bodyHtml))) {
    const message = 'does not say the same as body: send one of the two';
    throw new Problem(422, `bodyHtml: ${message}`, [{ path: '/bodyHtml', message }]);
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

/** Channels show one or the other: under one version they may not differ in more than white space. */
export function saysTheSame(one: readonly string[], other: readonly string[]): boolean {
  const characters = (paragraphs: readonly string[]) => paragraphs.join('').replace(/\s+/g, '');
  return characters(one) === characters(other);
}

/**
 * A correction made from what GET shows carries both forms of the body, and an editor changes one: the other is what it
 * was before, and is left out.
 */
export function withoutStaleBody(input: CorrectionInput, before: ArticleContent): CorrectionInput {
  if (input.body === undefined || input.bodyHtml == null || before.bodyHtml === null) return input;
  const sameText = canonicalJson(input.body) === canonicalJson(before.body);
  const sameHtml = sanitiseHtml(input.bodyHtml) === sanitiseHtml(before.bodyHtml);
  if (sameHtml && !sameText) return { ...input, bodyHtml: null };
  if (sameText && !sameHtml) return { ...input, body: undefined };
  return input;
}

/** What "the same article again" is decided on, together with publishedAt where both sides gave one. */
export function inputHash(content: ArticleContent, embargoUntil: Date | null): string {
  return contentHash({ content, embargoUntil: embargoUntil?.toISOString() ?? null });
}

/** The same of a version that is stored: what an earlier build made of its HTML is sanitised as HTML is today. */
export function hashOfStored(content: ArticleContent, embargoUntil: Date | null): string {
  const bodyHtml = content.bodyHtml === null ? null : sanitiseHtml(content.bodyHtml);
  return inputHash({ ...content, bodyHtml }, embargoUntil);
}
