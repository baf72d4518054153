import { cells, isSpace, SPACE } from './characters.js';
import { draftOf, mend, trimDraft, type Draft } from './draft.js';
import { withoutMarkup } from './markup.js';
import { withoutRadicals } from './radicals.js';

/** One line of the page that is not blank. */
export interface Line {
  /** Its place among the lines of the page that are not blank. */
  index: number;
  /** As it stood, without its line end. */
  raw: string;
  /** Without markup, invisible characters and outer spaces. */
  draft: Draft;
  /** Blank lines before it. */
  gap: number;
  /** Cells of the spaces it begins with. */
  indent: number;
  /** Heading level of its markup, 0 for none. */
  level: number;
  bold: boolean;
}

const LINE_END = /\r\n|[\n\r\v\f\u0085\u2028\u2029]|<br\s{0,4}\/?>|<\/(?:p|div|li|tr|h[1-6])>/i;
const PADDING = new RegExp(`${SPACE}{2,}|\\t`, 'gu');

/** Cuts a page into its lines and takes left-over markup off them. Blank lines are counted, not kept. */
export function linesOf(page: string): Line[] {
  const lines: Line[] = [];
  let gap = 0;
  for (const raw of page.replace(/^\ufeff/, '').split(LINE_END)) {
    if (raw.trim() === '') {
      gap += 1;
      continue;
    }
    const { draft, level, bold } = withoutMarkup(withoutRadicals(draftOf(raw.trimEnd())));
    const indent = indentOf(draft.text);
    lines.push({
      index: lines.length,
      raw: raw.trimEnd(),
      draft: withoutPadding(trimDraft(draft)),
      gap,
      indent,
      level,
      bold,
    });
    gap = 0;
  }
  return lines;
}

function indentOf(text: string): number {
  let end = 0;
  while (end < text.length && isSpace(text[end])) end += 1;
  // A tab is set as two characters of indentation.
  return cells(text.slice(0, end).replaceAll('\t', '    '));
}

/** Several spaces in a row are the layout's, one of them at most is the text's. */
function withoutPadding(draft: Draft): Draft {
  const edits = [];
  for (const match of draft.text.matchAll(PADDING))
    edits.push({ at: match.index, remove: match[0].length, insert: ' ' });
  return mend(draft, edits, 'spacing', true);
}
