import sanitizeHtml from 'sanitize-html';
import { cleanText } from '@newsrelay/contracts/text';

/** What an article's body may hold; everything else goes, its text stays but for script, style and the like. */
const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: [
    'p',
    'div',
    'br',
    'hr',
    'h2',
    'h3',
    'h4',
    'ul',
    'ol',
    'li',
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
    'figcaption',
    'table',
    'caption',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
  ],
  allowedAttributes: {
    a: ['href'],
    img: ['src', 'alt', 'width', 'height'],
    th: ['colspan', 'rowspan'],
    td: ['colspan', 'rowspan'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  // Relative links lead nowhere in another outlet.
  allowProtocolRelative: false,
  transformTags: { h1: 'h2', h5: 'h4', h6: 'h4' },
  exclusiveFilter: (frame) => frame.tag === 'img' && !/^https?:/i.test(frame.attribs['src'] ?? ''),
};

/** Where a block begins or ends in HTML its text ends a paragraph. */
const BLOCK_EDGE =
  /<[bh]r\s*\/?>|<\/?(?:p|div|h[2-4]|li|blockquote|pre|figure|figcaption|table|caption|thead|tbody|tr|ul|ol)\b[^>]*>/gi;
const CELL_END = /<\/t[hd]>/gi;
const PREFORMATTED = /<pre>[^]*?<\/pre>/gi;
/** HTML collapses these, and not the ideographic space of Chinese typesetting. */
const COLLAPSED_SPACE = /[ \t\r\n\f\u00A0]+/g;
const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** Rounds until the markup stays as it is; two do unless somebody builds a puzzle. */
const ROUNDS = 5;

/**
 * HTML as it is stored and served: allow-listed tags, no scripts, no handlers, no relative or odd links. What comes out
 * comes out the same when it is sent in again: taking tags away may leave others nested as no parser reads them.
 */
export function sanitiseHtml(html: string): string {
  let clean = html.toWellFormed();
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = clean;
    clean = cleanText(sanitizeHtml(clean, ALLOWED));
    if (clean === before) break;
  }
  return clean;
}

/** Paragraphs of plain text of sanitised HTML: what channels without HTML show. */
export function paragraphsOfHtml(sanitised: string): string[] {
  const broken = sanitised
    .replace(PREFORMATTED, (block) => block.replaceAll('\n', '<br>'))
    .replace(COLLAPSED_SPACE, ' ')
    .replace(CELL_END, ' $&')
    .replace(BLOCK_EDGE, '\n');
  return sanitizeHtml(broken, { allowedTags: [], allowedAttributes: {} })
    .replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] ?? entity)
    .split('\n')
    .map((paragraph) => cleanText(paragraph.replace(COLLAPSED_SPACE, ' ')))
    .filter((paragraph) => paragraph !== '');
}
