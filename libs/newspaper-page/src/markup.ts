import { mend, type Draft, type Edit } from './draft.js';
import { SPACE } from './characters.js';

/** What the markup around a line said about it. */
export interface Markup {
  draft: Draft;
  /** 1–6 for a markdown or HTML heading, 0 for none. */
  level: number;
  /** The whole line was bold. */
  bold: boolean;
}

const TAG =
  /<!--[^<>]{0,500}-->|<\/?(?:a|abbr|article|b|blockquote|br|center|dd|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|header|hr|i|img|li|mark|ol|p|section|small|span|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]{0,500})?\/?>/gi;
const HEADING_TAG = /^<h([1-6])(?:\s[^<>]{0,500})?>/i;
const BOLD_LINE = /^(?:\*\*[^*]{1,200}\*\*|__[^_]{1,200}__|<(b|strong)>[^<]{1,200}<\/\1>)$/i;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi;
// Soft hyphens, zero-width characters, direction marks, byte order marks, controls.
const INVISIBLE = /(?!\t)[\p{Cc}\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffc]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  nbsp: ' ',
  ensp: ' ',
  emsp: '\u3000',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  ldquo: '“',
  rdquo: '”',
  lsquo: '‘',
  rsquo: '’',
  mdash: '—',
  ndash: '–',
  hellip: '…',
  middot: '·',
  bull: '•',
  times: '×',
  permil: '‰',
  deg: '°',
  shy: '',
  zwnj: '',
  zwj: '',
};

/** Takes left-over markup off one line: HTML tags and entities, markdown, invisible characters. Each is noted once per line. */
export function withoutMarkup(line: Draft): Markup {
  let draft = mend(line, removals(line.text, INVISIBLE), 'invisible-character', true);
  draft = mend(draft, removals(draft.text, /[\u00a0\u202f]/g, ' '), 'invisible-character', true);
  const heading = HEADING_TAG.exec(draft.text);
  const bold = BOLD_LINE.test(draft.text.trim());
  draft = mend(draft, removals(draft.text, TAG), 'markup', true);
  draft = mend(draft, entities(draft.text), 'markup', true);
  const level = heading === null ? markdownLevel(draft.text) : Number(heading[1]);
  // Outer markup can hide inner one (a heading in bold), so the markdown rules run one after another.
  for (const rule of markdownRules) draft = mend(draft, rule(draft.text), 'markup', true);
  return { draft, level, bold: bold || BOLD_LINE.test(line.text.replace(/^#{1,6}\s*/, '').trim()) };
}

function removals(text: string, pattern: RegExp, insert = ''): Edit[] {
  const edits: Edit[] = [];
  for (const match of text.matchAll(pattern))
    edits.push({ at: match.index, remove: match[0].length, insert });
  return edits;
}

function entities(text: string): Edit[] {
  const edits: Edit[] = [];
  if (!text.includes('&')) return edits;
  for (const match of text.matchAll(ENTITY)) {
    const [whole, decimal, hex, name] = match;
    const insert =
      name !== undefined
        ? ENTITIES[name.toLowerCase()]
        : fromCode(decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16));
    if (insert !== undefined) edits.push({ at: match.index, remove: whole.length, insert });
  }
  return edits;
}

function fromCode(code: number): string | undefined {
  if (code === 0xa0) return ' ';
  if (code < 0x20 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return String.fromCodePoint(code);
}

function markdownLevel(text: string): number {
  return headingMark(text)?.level ?? 0;
}

/** `# 标题`, and `#标题` as careless writers put it; a #话题# between two marks is text. */
function headingMark(text: string): { level: number; length: number } | null {
  const match = /^\s{0,3}(#{1,6})(?:[ \t\u3000]+|(?=[\p{Script=Han}*《“"]))/u.exec(text);
  if (match === null) return null;
  const [whole, marks] = match;
  if (marks === undefined) return null;
  if (!/\s$/.test(whole) && text.includes('#', whole.length)) return null;
  return { level: marks.length, length: whole.length };
}

const markdownRules: readonly ((text: string) => Edit[])[] = [
  (text) => {
    const mark = headingMark(text);
    if (mark === null) return [];
    const edits: Edit[] = [{ at: 0, remove: mark.length, insert: '' }];
    const closing = /[ \t]+#{1,6}[ \t]*$/.exec(text.slice(-12));
    if (closing !== null) {
      const at = text.length - closing[0].length;
      if (at > mark.length) edits.push({ at, remove: closing[0].length, insert: '' });
    }
    return edits;
  },
  (text) => removals(text, /^(?:>[ \t]?){1,3}/g),
  (text) => removals(text, /!\[[^[\]]{0,200}\]\([^()\s]{0,1000}\)/g),
  (text) => {
    const edits: Edit[] = [];
    for (const match of text.matchAll(/\[([^[\]]{1,200})\]\((?:https?:|\/|#|mailto:)[^()\s]{0,1000}\)/g)) {
      const label = match[1] ?? '';
      edits.push({ at: match.index, remove: 1, insert: '' });
      const tail = match[0].length - label.length - 1;
      edits.push({ at: match.index + 1 + label.length, remove: tail, insert: '' });
    }
    return edits;
  },
  (text) => removals(text, /\*{2,3}|~~|(?<![A-Za-z0-9_])_{2}(?=\S)|(?<=\S)_{2}(?![A-Za-z0-9_])/g),
  (text) => (/^\s*[*+-][ \t]/.test(text) ? [] : pairs(text, '*')),
  (text) => pairs(text, '`'),
  (text) => {
    const edits: Edit[] = [];
    for (const match of text.matchAll(/\\(?=[\\`*_{}[\]()#+.!|~>-])/g))
      edits.push({ at: match.index, remove: 1, insert: '' });
    return edits;
  },
  (text) => removals(text, /^\s*[*+-][ \t]+(?=\S)/g),
  (text) =>
    /^\s*\|.*\|\s*$/.test(text) ? removals(text, new RegExp(`${SPACE}*\\|${SPACE}*`, 'gu'), ' ') : [],
];

/** Single marks that stand around a piece of text; a lone one, or one between digits (5*3), is text. */
function pairs(text: string, mark: '*' | '`'): Edit[] {
  const edits: Edit[] = [];
  let open = -1;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) {
    const previous = text[at - 1];
    const next = text[at + 1];
    if (previous !== undefined && next !== undefined && /[0-9]/.test(previous) && /[0-9]/.test(next))
      continue;
    if (open === -1) {
      if (next !== undefined && /\S/.test(next)) open = at;
    } else if (previous !== undefined && /\S/.test(previous) && at > open + 1) {
      edits.push({ at: open, remove: 1, insert: '' }, { at, remove: 1, insert: '' });
      open = -1;
    }
  }
  return edits;
}
