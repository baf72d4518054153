import { cells, endsSentence } from './characters.js';
import { readOpening } from './dateline.js';
import type { Draft } from './draft.js';
import { bylineLine, canBeHeadline } from './line-kinds.js';
import type { Line } from './lines.js';
import { joinPieces } from './seams.js';

/** A piece of the page that the layout did not cut: one line, or printed lines that were put together again. */
export interface Fragment {
  draft: Draft;
  lines: Line[];
  /** Blank lines before it. */
  gap: number;
  /** Cells of indentation before it. */
  indent: number;
  level: number;
  bold: boolean;
}

const NARROWEST = 20;
const WIDEST = 120;
const FEWEST_LINES = 6;
/** Share of the lines that must be of one width before they count as printed lines. */
const SHARE = 0.6;
const NEAR = 5;
/** More lines than a headline block has are the end of a paragraph. */
const MOST_HEAD_LINES = 5;

/**
 * Puts the printed lines of a paragraph together where the extraction kept each on a line of its own. Whether it did is
 * seen by the width: most lines are full, and stop anywhere in a sentence.
 * @param standsAlone lines that by their own words are never a piece of a paragraph before them
 */
export function fragmentsOf(lines: readonly Line[], standsAlone: (line: Line) => boolean): Fragment[] {
  const pageWidth = printedWidth(lines);
  const fragments: Fragment[] = [];
  let from = 0;
  while (from < lines.length) {
    let to = from + 1;
    while (to < lines.length && lines[to]?.gap === 0) to += 1;
    const block = lines.slice(from, to);
    const width = block.length >= FEWEST_LINES ? (printedWidth(block) ?? pageWidth) : pageWidth;
    const heads = headLines(block, lines[to]);
    const pieces =
      width === null
        ? block.map((line) => fragment([line]))
        : [
            ...block.slice(0, heads).map((line) => fragment([line])),
            ...unwrapped(block.slice(heads), lines[to], width, standsAlone),
          ];
    for (const piece of pieces) fragments.push(piece);
    from = to;
  }
  return fragments;
}

function begins({ draft: { text } }: Line): boolean {
  return readOpening(text) !== null || bylineLine(text) !== null;
}

/**
 * How many lines a block begins with that can each be a line of a headline, as wide as the column by chance: the lines
 * above the first one that begins a body or a paragraph. None where anything else stands among them.
 * @param below the line that follows the block
 */
function headLines(block: readonly Line[], below: Line | undefined): number {
  const ends = (line: Line): boolean => line.indent >= 2 || begins(line);
  const at = block.slice(0, MOST_HEAD_LINES + 1).findIndex(ends);
  const end = at === -1 && below !== undefined && ends(below) ? block.length : at;
  if (end < 1 || end > MOST_HEAD_LINES) return 0;
  return block.slice(0, end).every(({ draft: { text } }) => canBeHeadline(text)) ? end : 0;
}

/** Which lines of a block are lines of a headline right above a dateline or a byline. */
function linesAboveOpenings(block: readonly Line[], below: Line | undefined): Set<Line> {
  const heads = new Set<Line>();
  for (let at = block.length; at > 0; at -= 1) {
    const opening = block[at] ?? below;
    if (opening === undefined || !begins(opening)) continue;
    for (let line = at - 1; line >= 0 && line >= at - MOST_HEAD_LINES; line -= 1) {
      const head = block[line];
      if (head === undefined || head.indent >= 2 || !canBeHeadline(head.draft.text)) break;
      heads.add(head);
    }
  }
  return heads;
}

function widthOf(line: Line): number {
  return line.indent + cells(line.draft.text);
}

/** The width of the column when the lines are printed lines, null when each is a whole paragraph or a heading. */
function printedWidth(lines: readonly Line[]): number | null {
  const widths: number[] = [];
  const open: number[] = [];
  for (const [at, line] of lines.entries()) {
    // Only a line with another right under it can have been wrapped.
    if (lines[at + 1]?.gap !== 0 || line.draft.text.length > WIDEST) continue;
    const width = widthOf(line);
    if (width < 8) continue;
    widths.push(width);
    if (!endsSentence(line.draft.text)) open.push(width);
  }
  if (open.length < FEWEST_LINES) return null;
  const counts = new Array<number>(WIDEST + NEAR + 2).fill(0);
  for (const width of open)
    if (width <= WIDEST) counts[Math.round(width)] = (counts[Math.round(width)] ?? 0) + 1;
  let best = 0;
  let bestCount = 0;
  for (let width = NARROWEST; width <= WIDEST; width += 1) {
    let count = 0;
    for (let near = width - NEAR; near <= width + 1; near += 1) count += counts[near] ?? 0;
    if (count > bestCount) {
      bestCount = count;
      best = width;
    }
  }
  return bestCount >= FEWEST_LINES && bestCount / widths.length >= SHARE ? best : null;
}

function unwrapped(
  block: readonly Line[],
  below: Line | undefined,
  width: number,
  standsAlone: (line: Line) => boolean,
): Fragment[] {
  const heads = linesAboveOpenings(block, below);
  const fragments: Fragment[] = [];
  let group: Line[] = [];
  for (const [at, line] of block.entries()) {
    group.push(line);
    const next = block[at + 1];
    const full = widthOf(line) >= width - NEAR && widthOf(line) <= width + NEAR;
    // A line right under a full one goes on with it unless it shows by itself that it does not.
    const goesOn =
      next !== undefined &&
      full &&
      line.level === 0 &&
      next.level === 0 &&
      next.indent < 2 &&
      !standsAlone(next) &&
      // The last line of a paragraph can be full, and a headline right below it.
      !(heads.has(next) && (heads.has(line) || endsSentence(line.draft.text))) &&
      !(group.length === 1 && standsAlone(line) && !isProse(line));
    if (goesOn) continue;
    fragments.push(fragment(group));
    group = [];
  }
  if (group.length > 0) fragments.push(fragment(group));
  return fragments;
}

/** A line that stands alone by its start only (本报讯 …) still goes on in the next. */
function isProse(line: Line): boolean {
  return (
    /[，,。、]/u.test(line.draft.text) ||
    line.indent >= 2 ||
    /^.{0,60}(?:讯|电)[\s（(]/u.test(line.draft.text)
  );
}

function fragment(lines: Line[]): Fragment {
  const [first] = lines;
  return {
    draft:
      lines.length === 1 && first !== undefined
        ? first.draft
        : joinPieces(
            lines.map(({ draft }) => draft),
            'line-wrap',
          ),
    lines,
    gap: first?.gap ?? 0,
    indent: first?.indent ?? 0,
    level: first?.level ?? 0,
    bold: lines.every(({ bold }) => bold),
  };
}
