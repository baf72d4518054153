import { bylineText, htmlBody } from '@newsrelay/channel-kit/article-text';
import type { ReleasedArticle, RenditionDraft } from '@newsrelay/channel-kit/rendition';
import { directionOf } from './direction.js';
import { mediaHtml } from './media-html.js';
import { escapeMarkup } from './xml.js';
import { wordingFor } from './wording.js';

/* The text that readers see. The body's paragraphs stay as they are, each an element of its own. */

/** Ideographic space, the width of a character. */
const WIDE_SPACE = '\u3000';

/** The note of a correction with its label, once; null for the first version. */
export function correctionNote(article: ReleasedArticle): string | null {
  const wording = wordingFor(article.language);
  const correction = article.releasedAt.getTime() > article.firstReleasedAt.getTime();
  if (article.note === null && !correction) return null;
  const note = article.note ?? wording.corrected(article.releasedAt);
  return note.startsWith(wording.correction) ? note : wording.correction + wording.colon + note;
}

const line = (text: string | null) => (text === null || text === '' ? [] : [`<p>${escapeMarkup(text)}</p>`]);
const strong = (text: string | null) =>
  text === null ? [] : [`<p><strong>${escapeMarkup(text)}</strong></p>`];

function head(article: ReleasedArticle): string[] {
  const where = [article.dateline ?? '', bylineText(article.bylines)]
    .filter((part) => part !== '')
    .join(WIDE_SPACE);
  return [
    ...strong(correctionNote(article)),
    ...line(article.kicker),
    ...strong(article.subtitle),
    ...line(where),
  ];
}

function foot(article: ReleasedArticle): string[] {
  const { source, editor, colon } = wordingFor(article.language);
  const parts = [source + colon + article.source];
  if (article.editor !== null) parts.push(editor + colon + article.editor);
  return line(parts.join(WIDE_SPACE));
}

/** No format of a feed says which way a text runs; readers take it from the HTML. */
function directed({ language }: ReleasedArticle, lines: readonly string[]): string {
  const html = lines.join('\n');
  const direction = directionOf(language);
  return direction === null ? html : `<div dir="${direction}">\n${html}\n</div>`;
}

/** The whole article but its headline: note, kicker, subtitle, dateline with bylines, body, media, source and editor. */
export function articleHtml(draft: RenditionDraft): string {
  const { article } = draft;
  return directed(article, [...head(article), htmlBody(draft), ...mediaHtml(article), ...foot(article)]);
}

/** The same around the lead instead of the body, for feeds of summaries. */
export function summaryArticleHtml(article: ReleasedArticle, lead: string): string {
  return directed(article, [...head(article), ...line(lead), ...foot(article)]);
}

/** Note and lead alone, for the summary that stands beside the full text. */
export function leadHtml(article: ReleasedArticle, lead: string): string {
  return directed(article, [...strong(correctionNote(article)), ...line(lead)]);
}
