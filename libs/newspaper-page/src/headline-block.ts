import { lengthWithoutSpaces } from './characters.js';
import { joinAll, type Draft } from './draft.js';

/** One line above a body. */
export interface HeadLine {
  draft: Draft;
  /** Heading level of its markup, 0 for none. */
  level: number;
  bold: boolean;
}

export interface HeadlineBlock {
  kicker: Draft | null;
  headline: Draft | null;
  subtitle: Draft | null;
  /** More than one reading is possible: shown to the editor, holds nothing. */
  chosen: boolean;
  /** Too many lines, or lines that hardly are a headline: an editor must look. */
  doubtful: boolean;
}

/** More lines than a headline block ever has. */
const MOST_LINES = 4;
/** A subtitle tells what the headline is about: longer than the headline by this, and longer than a kicker is. */
const SUBTITLE_FACTOR = 1.5;
const SUBTITLE_LENGTH = 17;
/** Two lines of one headline are of about one length. */
const EVEN = 0.78;

/**
 * Tells kicker (肩题), headline and subtitle (副题) apart by their order, length and marks. The words alone allow other
 * readings, so that every choice among several lines is flagged.
 */
export function headlineBlock(lines: readonly HeadLine[]): HeadlineBlock {
  const block = {
    kicker: null,
    headline: null,
    subtitle: null,
    chosen: lines.length > 1,
    doubtful: lines.length > MOST_LINES,
  };
  if (lines.length === 0) return block;
  const marked = byMarkup(lines);
  if (marked !== null) return { ...block, ...marked };
  const [first, ...others] = lines;
  const last = others.at(-1);
  if (first === undefined) return block;
  if (last === undefined) return { ...block, headline: first.draft };
  // A dash opens a subtitle, whatever its length.
  const dash = lines.findIndex((line, at) => at > 0 && /^(?:——|--|—)/u.test(line.draft.text));
  if (dash > 0)
    return { ...block, ...upperLines(lines.slice(0, dash)), subtitle: together(lines.slice(dash)) };
  if (lines.length === 2) return { ...block, ...twoLines(first, last) };
  const tail = lines.slice(0, -1);
  if (isSubtitleOf(last, tail.at(-1))) return { ...block, ...upperLines(tail), subtitle: last.draft };
  const head = lines.slice(1);
  const pair = head.length === 2 && even(head[0], head[1]);
  if (lines.length === 3 && pair) return { ...block, kicker: first.draft, headline: together(head) };
  return { ...block, kicker: first.draft, headline: together(lines.slice(1, -1)), subtitle: last.draft };
}

type Parts = Pick<HeadlineBlock, 'kicker' | 'headline' | 'subtitle'>;

/** Where the markup sets some lines above the others, the highest level is the headline. */
function byMarkup(lines: readonly HeadLine[]): Parts | null {
  const ranks = lines.map(({ level, bold }) => (level > 0 ? level : bold ? 7 : 8));
  const top = ranks.reduce((least, rank) => Math.min(least, rank), 8);
  if (top === 8 || ranks.every((rank) => rank === top)) return null;
  const from = ranks.indexOf(top);
  const to = ranks.lastIndexOf(top) + 1;
  return {
    kicker: from > 0 ? together(lines.slice(0, from)) : null,
    headline: together(lines.slice(from, to)),
    subtitle: to < lines.length ? together(lines.slice(to)) : null,
  };
}

function twoLines(first: HeadLine, second: HeadLine): Parts {
  const kickerOnly = { kicker: first.draft, headline: second.draft, subtitle: null };
  if (isSubtitleOf(second, first)) return { kicker: null, headline: first.draft, subtitle: second.draft };
  if (/[：:]$/u.test(first.draft.text)) return kickerOnly;
  if (even(first, second)) return { kicker: null, headline: together([first, second]), subtitle: null };
  return kickerOnly;
}

/** What stands above a subtitle: a headline of one or two lines, or a kicker with one. */
function upperLines(lines: readonly HeadLine[]): Parts {
  const [first, second] = lines;
  if (first === undefined) return { kicker: null, headline: null, subtitle: null };
  if (second === undefined) return { kicker: null, headline: first.draft, subtitle: null };
  if (lines.length === 2 && even(first, second))
    return { kicker: null, headline: together(lines), subtitle: null };
  return { kicker: first.draft, headline: together(lines.slice(1)), subtitle: null };
}

function isSubtitleOf(line: HeadLine, headline: HeadLine | undefined): boolean {
  if (headline === undefined) return false;
  const own = lengthWithoutSpaces(line.draft.text);
  const other = lengthWithoutSpaces(headline.draft.text);
  // 某某出席并讲话: who was there is told below the headline, whatever its length.
  if (
    /^[\p{Script=Han}\s、]{2,24}?(?:出席|主持|参加|讲话|致辞)/u.test(line.draft.text) &&
    own <= 16 &&
    other >= own
  )
    return true;
  // A name of a few characters above a long line is a kicker, not a headline.
  if (other <= 6 && !/\s/u.test(headline.draft.text)) return false;
  return own >= SUBTITLE_LENGTH && own >= other * SUBTITLE_FACTOR;
}

function even(first: HeadLine | undefined, second: HeadLine | undefined): boolean {
  if (first === undefined || second === undefined) return false;
  const a = lengthWithoutSpaces(first.draft.text);
  const b = lengthWithoutSpaces(second.draft.text);
  return Math.min(a, b) / Math.max(a, b) >= EVEN && Math.min(a, b) >= 5;
}

/** The lines of one headline stand beside each other with a space between, as they would in one line. */
function together(lines: readonly HeadLine[]): Draft {
  return joinAll(
    lines.map(({ draft }) => ({ draft, glue: ' ' })),
    'headline-lines',
  );
}
