import sanitizeHtml from 'sanitize-html';
import { Problem } from '@newsrelay/contracts/problem';
import { cleanText } from '@newsrelay/contracts/text';
import { wellBuilt } from './well-built-html.js';

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
  // Deeper tags go, their text stays: what builds trees of it works by recursion.
  nestingLimit: 100,
  transformTags: {
    h1: 'h2',
    h5: 'h4',
    h6: 'h4',
    a: (tag, { href }) => {
      const url = webUrl(href) ?? mailUrl(href);
      return url === null ? { tagName: DROPPED, attribs: {} } : { tagName: tag, attribs: { href: url } };
    },
    img: (tag, { src, ...attribs }) => {
      const url = webUrl(src);
      if (url === null) return { tagName: DROPPED, attribs: {} };
      return { tagName: tag, attribs: { src: url, ...numbersOf(attribs, IMAGE_SIZE) } };
    },
    th: (tag, attribs) => ({ tagName: tag, attribs: numbersOf(attribs, CELL_SPAN) }),
    td: (tag, attribs) => ({ tagName: tag, attribs: numbersOf(attribs, CELL_SPAN) }),
  },
};

/** Elements within each other, at most. Newspaper text needs a dozen; a sanitiser takes a time that grows with its square. */
const MAX_DEPTH = 200;

/** @throws Problem 422 from within the sanitiser, as soon as an element lies too deep: the rest is not read */
function depthLimit(): Pick<sanitizeHtml.IOptions, 'onOpenTag' | 'onCloseTag'> {
  let depth = 0;
  return {
    onOpenTag: () => {
      depth += 1;
      if (depth <= MAX_DEPTH) return;
      const message = `holds elements nested more than ${MAX_DEPTH} deep: send simpler HTML`;
      throw new Problem(422, `bodyHtml: ${message}`, [{ path: '/bodyHtml', message }]);
    },
    onCloseTag: () => {
      depth -= 1;
    },
  };
}

/** A tag that is not allowed: it goes, and what it holds stays. */
const DROPPED = 'span';

/** Attributes that are numbers, each with what it may be; browsers make room for any number that stands there. */
type Numbers = Readonly<Record<string, RegExp>>;
const IMAGE_SIZE: Numbers = { width: /^[1-9]\d{0,3}$/, height: /^[1-9]\d{0,3}$/ };
const CELL_SPAN: Numbers = { colspan: /^[1-9]\d?$/, rowspan: /^[1-9]\d?$/ };

function numbersOf(attributes: Record<string, string>, numbers: Numbers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name, value]) => numbers[name]?.test(value) ?? true),
  );
}

/**
 * An absolute http or https address in ASCII, as feeds and headers need it; null for any other. A relative one leads
 * nowhere in another outlet, and `https:name` is one to a browser.
 */
function webUrl(address: string | undefined): string | null {
  const url = /^\s*https?:\/\//i.test(address ?? '') ? URL.parse(address ?? '') : null;
  return url?.href ?? null;
}

function mailUrl(address: string | undefined): string | null {
  const url = URL.parse(address ?? '');
  return url?.protocol === 'mailto:' ? url.href : null;
}

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
 * HTML as it is stored and served: allow-listed tags, no scripts, no handlers, no relative or odd links, every tag closed
 * and in its place. What comes out comes out the same when it is sent in again.
 *
 * @throws Problem 422 for HTML that nobody writes, and that would keep everybody else waiting while it is read
 */
export function sanitiseHtml(html: string): string {
  let clean = html.toWellFormed();
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = clean;
    clean = cleanText(wellBuilt(sanitizeHtml(clean, { ...ALLOWED, ...depthLimit() })));
    if (clean === before) break;
  }
  return clean;
}

/** True if the sanitised HTML holds a picture: then it says something, with or without words. */
export function showsPictures(sanitised: string): boolean {
  return sanitised.includes('<img ');
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
