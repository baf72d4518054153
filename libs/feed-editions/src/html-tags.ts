/**
 * Tags that an edition may allow: those that are stored (`bodyHtml`, sanitised at intake), and those of the media that we
 * show beside the text. `p` is always allowed. Parts come with what they are parts of: `li` with `ul` and `ol`.
 */
export const HTML_TAGS = [
  'div',
  'br',
  'hr',
  'h2',
  'h3',
  'h4',
  'ul',
  'ol',
  'blockquote',
  'pre',
  'code',
  'strong',
  'b',
  'em',
  'i',
  'u',
  's',
  'sub',
  'sup',
  'a',
  'img',
  'figure',
  'table',
  'video',
  'audio',
] as const;
export type HtmlTag = (typeof HTML_TAGS)[number];
