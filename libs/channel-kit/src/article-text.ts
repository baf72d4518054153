import type { Byline } from '@newsrelay/contracts/article';
import { cleanText } from '@newsrelay/contracts/text';
import type { RenditionDraft } from './rendition.js';

/*
 * The text of an article as every channel shows it. Stripped of markup, the body is the same on every channel (rule of
 * the newsroom, "What every push must carry"): paragraphs in their order, their line breaks kept, nothing added but the
 * full headline where a limit cut it.
 */

/** Between paragraphs of plain text: an empty line, so that line breaks inside a paragraph stay what they are. */
const PARAGRAPH_BREAK = '\n\n';
/** Ideographic space, the width of a character. */
const WIDE_SPACE = '\u3000';

/** The paragraphs, after the full headline where it had to be cut. Nothing in them that XML or PostgreSQL refuses. */
export function bodyParagraphs({ article, fitted }: RenditionDraft): string[] {
  const paragraphs = fitted.cut ? [article.headline, ...article.body] : article.body;
  return paragraphs.map(cleanText).filter((paragraph) => paragraph !== '');
}

/** The body as plain text. */
export function plainBody(draft: RenditionDraft): string {
  return bodyParagraphs(draft).join(PARAGRAPH_BREAK);
}

/** The body as HTML: as it came (sanitised at intake), else a `<p>` a paragraph. */
export function htmlBody(draft: RenditionDraft): string {
  const { article, fitted } = draft;
  if (article.bodyHtml === null) return bodyParagraphs(draft).map(htmlParagraph).join('\n');
  const html = cleanText(article.bodyHtml);
  return fitted.cut ? `${htmlParagraph(cleanText(article.headline))}\n${html}` : html;
}

function htmlParagraph(text: string): string {
  return `<p>${escapeHtml(text).replaceAll('\n', '<br/>\n')}</p>`;
}

/** Text for element content and quoted attribute values alike, in HTML and XML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Each role once before its names: 记者 曹俐 李四, then a wide space, 通讯员 王五. Empty where no name is printed. */
export function bylineText(bylines: readonly Byline[]): string {
  const groups: { role: string | null; names: string[] }[] = [];
  for (const { role, name } of bylines) {
    const last = groups.at(-1);
    if (last?.role === role) last.names.push(name);
    else groups.push({ role, names: [name] });
  }
  const texts = groups.map(({ role, names }) => [...(role === null ? [] : [role]), ...names].join(' '));
  return cleanText(texts.join(WIDE_SPACE));
}
