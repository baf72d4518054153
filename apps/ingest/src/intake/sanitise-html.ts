import sanitizeHtml from 'sanitize-html';
import { cleanText } from '@newsrelay/contracts/text';

/** What an article's body may hold; everything else goes, its text stays but for script, style and the like. */
const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: [
    'p',
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
  transformTags: { h1: 'h2', h5: 'h4', h6: 'h4', div: 'p' },
  exclusiveFilter: (frame) => frame.tag === 'img' && !/^https?:/i.test(frame.attribs['src'] ?? ''),
};

/** End of a block in HTML, where its text ends a paragraph. */
const BLOCK_END =
  /<br\s*\/?>|<hr\s*\/?>|<\/(?:p|h[2-4]|li|blockquote|pre|figcaption|caption|tr|figure|table|ul|ol)>/gi;
const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** HTML as it is stored and served: allow-listed tags, no scripts, no handlers, no relative or odd links. */
export function sanitiseHtml(html: string): string {
  return cleanText(sanitizeHtml(html.toWellFormed(), ALLOWED));
}

/** Paragraphs of plain text of sanitised HTML: what channels without HTML show. */
export function paragraphsOfHtml(sanitised: string): string[] {
  const text = sanitizeHtml(sanitised.replace(BLOCK_END, '\n'), { allowedTags: [], allowedAttributes: {} });
  return text
    .replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] ?? entity)
    .split('\n')
    .map((paragraph) => cleanText(paragraph.replace(/\s+/g, ' ')))
    .filter((paragraph) => paragraph !== '');
}
