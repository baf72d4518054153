import { cells, isHan, isLatin } from './characters.js';

/**
 * Which spaces of a text are places where the printed line was wrapped. That is judged for the whole text by the width
 * of its column: wrapped text falls apart into pieces of nearly one width, real spaces (slogans, names) do not.
 */

/** One running text to be judged. */
export interface WrappedText {
  text: string;
  /** Cells that stood before the text in its first line (a dateline that was taken off). */
  lead: number;
  /** A space stood between the dateline and the text, and its line may have ended there. */
  leadEndsLine: boolean;
  /** Cells of the indentation that is known to stand before it, or null where the page shows none. */
  indent: number | null;
}

/** The spaces of a text, in UTF-16 offsets, that are wraps. */
export type Wraps = number[];

/** Two characters: what a first line is indented by. */
const INDENT = 4;
const NARROWEST = 16;
const WIDEST = 120;
/** Longest text that is judged. No paragraph of a newspaper comes near; it bounds the work on garbage. */
const MOST_UNITS = 8_000;
/** A text with fewer spaces cannot show its width alone; it is judged with the width of the page. */
const ENOUGH = 3;
/** Pieces shorter than this on the average are words of a list, not lines. */
const SHORTEST_PIECE = 10;
/** Most widths that are tried for one text; a page has two or three. */
const MOST_WIDTHS = 24;
/** What a first line of unknown length costs beside a full one. */
const ANY_START = 2;

/** Typesetters squeeze marks and letters by up to two characters to keep a line whole. */
function tolerance(width: number): number {
  return Math.min(5, Math.max(3, width * 0.095));
}

interface Space {
  at: number;
  /** Cells before it. */
  from: number;
  /** A space of the text whatever the layout: between Latin words, or in a pair of equal slogans. */
  kept: boolean;
}

interface Spaced {
  index: number;
  spaces: Space[];
  total: number;
  text: WrappedText;
}

interface Fit {
  wraps: Space[];
  cost: number;
}

/** Judges all texts of a page together. The answer has one entry for each text. */
export function findWraps(texts: readonly WrappedText[]): Wraps[] {
  const spaced = texts.map((text, index) => spacesOf(text, index));
  const answer: Wraps[] = texts.map(() => []);
  const widths: number[] = [];
  const rest: Spaced[] = [];
  for (const entry of spaced) {
    if (entry.spaces.length === 0) continue;
    const own = entry.spaces.filter(({ kept }) => !kept).length >= ENOUGH ? ownWidth(entry) : null;
    if (own === null) rest.push(entry);
    else {
      widths.push(own.width);
      answer[entry.index] = offsets(own.fit);
    }
  }
  const left = judge(rest, widths, answer);
  // Texts with one or two spaces can show a width together when they agree.
  const common = commonWidths(left);
  judge(left, common, answer);
  return answer;
}

function judge(entries: readonly Spaced[], widths: readonly number[], answer: Wraps[]): Spaced[] {
  const left: Spaced[] = [];
  for (const entry of entries) {
    let best: Fit | null = null;
    for (const width of commonest(widths)) {
      const fit = fitWidth(entry, width);
      if (fit !== null && isTrusted(entry, fit) && (best === null || fit.cost < best.cost)) best = fit;
    }
    if (best === null) left.push(entry);
    else answer[entry.index] = offsets(best);
  }
  return left;
}

function offsets(fit: Fit): number[] {
  return fit.wraps.map(({ at }) => at);
}

function spacesOf(text: WrappedText, index: number): Spaced {
  const spaces: Space[] = [];
  const lead = text.lead + (text.indent ?? 0);
  if (!text.text.includes(' ') || text.text.length > MOST_UNITS) return { index, spaces, total: 0, text };
  let sum = lead;
  let at = 0;
  for (const char of text.text) {
    if (char === ' ') spaces.push({ at, from: sum, kept: isKept(text.text, at) });
    else sum += cells(char);
    at += char.length;
  }
  const pieces = spaces.filter(({ kept }) => !kept).length + 1;
  if (sum / pieces < SHORTEST_PIECE) return { index, spaces: [], total: 0, text };
  return { index, spaces, total: sum, text };
}

/** The values that occur most, rounded. */
function commonest(values: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of values) {
    const rounded = Math.round(value);
    if (rounded >= NARROWEST && rounded <= WIDEST) counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b)
    .slice(0, MOST_WIDTHS)
    .map(([value]) => value);
}

/** The column's width of a text that has enough spaces to show it. */
function ownWidth(entry: Spaced): { width: number; fit: Fit } | null {
  const pieces: number[] = [];
  let previous = 0;
  for (const { from, kept } of entry.spaces) {
    if (kept) continue;
    pieces.push(from - previous);
    previous = from;
  }
  let best: { width: number; fit: Fit } | null = null;
  for (const width of commonest(pieces)) {
    const fit = fitWidth(entry, width);
    if (
      fit !== null &&
      fit.wraps.length >= ENOUGH &&
      isTrusted(entry, fit) &&
      (best === null || fit.cost < best.fit.cost)
    )
      best = { width, fit };
  }
  return best;
}

/** Widths on which at least two texts with few spaces agree, with three wraps among them. */
function commonWidths(entries: readonly Spaced[]): number[] {
  const widths: number[] = [];
  let left = entries.filter(({ text }) => text.text.length > 0);
  for (let round = 0; round < 3 && left.length >= 2; round += 1) {
    const candidates: number[] = [];
    for (const entry of left.slice(0, 200)) {
      let previous = 0;
      for (const { from, kept } of entry.spaces) {
        if (kept) continue;
        candidates.push(from - previous, from - previous + INDENT);
        previous = from;
      }
    }
    let best: { width: number; fits: Set<Spaced>; cost: number } | null = null;
    for (const width of commonest(candidates)) {
      const fits = new Set<Spaced>();
      let wraps = 0;
      let cost = 0;
      for (const entry of left) {
        const fit = fitWidth(entry, width);
        if (fit === null || fit.wraps.length === 0 || !isTrusted(entry, fit)) continue;
        fits.add(entry);
        wraps += fit.wraps.length;
        cost += fit.cost;
      }
      if (fits.size < 2 || wraps < 3) continue;
      if (best === null || fits.size > best.fits.size || (fits.size === best.fits.size && cost < best.cost))
        best = { width, fits, cost };
    }
    if (best === null) break;
    const { fits, width } = best;
    widths.push(width);
    left = left.filter((entry) => !fits.has(entry));
  }
  return widths;
}

/** Enough of the spaces are wraps, and they do not all stand where a clause ends, as those of verse and lists do. */
function isTrusted(entry: Spaced, fit: Fit): boolean {
  const chosen = fit.wraps.length;
  if (chosen === 0) return false;
  const open = entry.spaces.filter((space) => !space.kept && !fit.wraps.includes(space)).length;
  if (open > Math.max(chosen / 2, chosen > 1 ? 1 : 0)) return false;
  return fit.wraps.some(({ at }) => !/[，。；：！？、,;:!?]/u.test(entry.text.text[at - 1] ?? ''));
}

/**
 * The cheapest way to cut a text at spaces into lines of a width; null where there is none. Every line keeps to the
 * width within the tolerance, the first may be indented, the last may be short.
 */
function fitWidth(entry: Spaced, width: number): Fit | null {
  const near = tolerance(width);
  if (entry.total <= width - near) return null;
  const known = entry.text.indent !== null || entry.text.lead > 0 ? null : INDENT;
  const plain = cut(entry, width, near, entry.text.lead > 0 && entry.text.indent === null ? INDENT : 0);
  const indented = known === null ? null : cut(entry, width, near, known);
  // Some papers indent a paragraph and let its first line run out by as much.
  const flush = (entry.text.indent ?? 0) > 0 ? cut(entry, width, near, -(entry.text.indent ?? 0)) : null;
  // A line that ended right behind the dateline leaves the text at the start of the next one.
  const fresh = entry.text.leadEndsLine ? cut(entry, width, near, -entry.text.lead) : null;
  return [plain, indented, flush, fresh].reduce(
    (best, fit) => (fit !== null && (best === null || fit.cost < best.cost) ? fit : best),
    null,
  );
}

function cut(entry: Spaced, width: number, near: number, indent: number): Fit | null {
  const { spaces, total, text } = entry;
  const size = spaces.length;
  const costs = new Array<number>(size).fill(Infinity);
  const previous = new Array<number>(size).fill(-1);
  // A lead that is longer than a line was wrapped, however few spaces follow it.
  const anyStart = text.lead > 0 && (size > ENOUGH || text.lead + INDENT > width);
  let start = 0;
  for (let at = 0; at < size; at += 1) {
    const space = spaces[at];
    if (space === undefined) continue;
    const line = space.from + indent;
    if (fits(line, text.text, space.at, width, near))
      costs[at] = lineCost(line, width, near) + skipped(spaces, 0, at);
    // A dateline with its byline may have been wrapped itself: then the rest of its line can have any length.
    else if (anyStart && space.from - text.lead <= width + near)
      costs[at] = ANY_START + skipped(spaces, 0, at);
    // Lines further back than one width cannot end here.
    while (start < at && space.from - (spaces[start]?.from ?? 0) > width + near) start += 1;
    for (let before = start; before < at; before += 1) {
      const base = costs[before];
      const from = spaces[before]?.from;
      if (base === undefined || base === Infinity || from === undefined) continue;
      const length = space.from - from;
      if (!fits(length, text.text, space.at, width, near)) continue;
      const cost = base + lineCost(length, width, near) + skipped(spaces, before + 1, at);
      if (cost < (costs[at] ?? Infinity)) {
        costs[at] = cost;
        previous[at] = before;
      }
    }
  }
  let end = -1;
  let least = Infinity;
  for (let at = size - 1; at >= 0; at -= 1) {
    const space = spaces[at];
    const cost = costs[at];
    if (space === undefined || cost === undefined || cost === Infinity) continue;
    if (total - space.from > width + near) break;
    const whole = cost + skipped(spaces, at + 1, size);
    if (whole < least) {
      least = whole;
      end = at;
    }
  }
  if (end === -1) return null;
  const wraps: Space[] = [];
  for (let at = end; at !== -1; at = previous[at] ?? -1) {
    const space = spaces[at];
    if (space !== undefined) wraps.unshift(space);
  }
  return { wraps, cost: least / wraps.length };
}

/** Whether a line of this length is full: the next word would not have fitted. */
function fits(length: number, text: string, space: number, width: number, near: number): boolean {
  if (length > width + near) return false;
  if (length >= width - near) return true;
  // A long number or Latin word goes to the next line whole and leaves the line short.
  const word = /^[A-Za-z0-9.%-]{3,30}/.exec(text.slice(space + 1, space + 31));
  return word !== null && length + word[0].length > width - near;
}

function lineCost(length: number, width: number, near: number): number {
  const off = (length - width) / near;
  return off * off;
}

/** A space that is passed over within a line counts as a real one, which is rare in running text. */
function skipped(spaces: readonly Space[], from: number, to: number): number {
  let cost = 0;
  // Many of them rule the cut out anyway.
  for (let at = from; at < to && at < from + 16; at += 1) if (spaces[at]?.kept === false) cost += 2;
  return cost;
}

function isKept(text: string, at: number): boolean {
  const previous = text[at - 1];
  const next = text[at + 1];
  if (isLatin(previous) && isLatin(next)) return true;
  return isPairedSlogan(text, at);
}

/** 鲁渝协作助振兴 万吨柑橘进山东: two lines of one length within quotes or brackets. */
function isPairedSlogan(text: string, at: number): boolean {
  let start = at - 1;
  while (start >= 0 && at - start <= 17 && isHan(text[start])) start -= 1;
  let end = at + 1;
  while (end < text.length && end - at <= 17 && isHan(text[end])) end += 1;
  const left = at - 1 - start;
  const right = end - at - 1;
  return (
    left === right &&
    left >= 2 &&
    /["“‘'《（(「『 ]/u.test(text[start] ?? '') &&
    /["”’'》）)」』 ]/u.test(text[end] ?? '')
  );
}
