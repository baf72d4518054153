import { lengthWithoutSpaces } from './characters.js';
import { isItem, type Sorted } from './items.js';
import { isLabelled } from './line-kinds.js';

const FEWEST_VERSES = 4;
const LONGEST_VERSE = 26;
const MANY_VERSES = 6;
/** More lines than a headline block has are no headline block. */
const MOST_HEAD_LINES = 4;

/** Lines of verse, and of lists such as 一等奖：张三 李四, are each a paragraph. */
export function sortVerseAndLists(sorted: Sorted[]): void {
  const short = (entry: Sorted | undefined): boolean =>
    entry?.to === 'item' &&
    (entry.kind === 'head' || entry.kind === 'text') &&
    entry.fragment.level === 0 &&
    lengthWithoutSpaces(entry.text) <= LONGEST_VERSE;
  for (let from = 0; from < sorted.length; from += 1) {
    if (!short(sorted[from])) continue;
    let to = from;
    while (short(sorted[to])) to += 1;
    const leadsToBody = isItem(sorted[to], 'opening', 'byline', 'continued');
    // A headline above the verses, and the next one below them, end in no mark.
    let first = from;
    while (first < to && !endsInMark(sorted[first])) first += 1;
    let last = to;
    while (last > first && !endsInMark(sorted[last - 1])) last -= 1;
    if (last - first >= FEWEST_VERSES && isMarkedVerse(sorted.slice(first, last))) close(sorted, first, last);
    else if (leadsToBody && (first === to || to - last > MOST_HEAD_LINES))
      closeListAbove(sorted, first === to ? from : last, to);
    else closePlainVerse(sorted, from, leadsToBody ? last : to, to);
    from = to;
  }
  sortLabelledLists(sorted);
}

const LONGEST_LABELLED = 120;

/** 一等奖：张三 李四 below or above another of its kind: items of a list, which hold no sentences. */
function sortLabelledLists(sorted: Sorted[]): void {
  const isListed = (entry: Sorted | undefined): boolean =>
    entry?.to === 'item' &&
    entry.kind !== 'opening' &&
    entry.text.length <= LONGEST_LABELLED &&
    isLabelled(entry.text) &&
    !/[。！？]/u.test(entry.text);
  const listed = sorted.map(isListed);
  for (const [at, entry] of sorted.entries()) {
    if (entry.to !== 'item' || listed[at] !== true) continue;
    // 某社区：“小院会”解民忧 right above a dateline is a headline; below a list without a wider gap, it may be of that.
    if (isItem(sorted[at + 1], 'opening')) {
      const above = sorted[at - 1];
      const sharedWithList = listed[at - 1] === true && entry.fragment.gap <= (above?.fragment.gap ?? 0);
      sorted[at] = { ...entry, kind: 'head', sharedWithList };
      continue;
    }
    if (listed[at - 1] === true || listed[at + 1] === true) sorted[at] = { ...entry, kind: 'closed' };
  }
}

/**
 * Verse without marks ends before the sentence that follows it.
 * @param until the lines from here on are the next headline block
 */
function closePlainVerse(sorted: Sorted[], from: number, until: number, to: number): void {
  for (let first = from; first < until; first += 1) {
    let end = first;
    while (end < to && !endsInMark(sorted[end])) end += 1;
    if (end <= until && end - first >= FEWEST_VERSES && isPlainVerse(sorted.slice(first, end)))
      close(sorted, first, end);
    first = end;
  }
}

/**
 * A list or verse without any mark, and the headline of the next article right below it: a wider gap shows where the
 * headline begins. Without one at least its last line is the headline, and both articles are in doubt.
 */
function closeListAbove(sorted: Sorted[], from: number, to: number): void {
  const gaps = sorted.slice(from + 1, to).map(({ fragment }) => fragment.gap);
  const least = gaps.reduce((one, other) => Math.min(one, other), Infinity);
  const wide = gaps.findLastIndex((gap) => gap > least);
  const until = wide === -1 ? to - 1 : from + 1 + wide;
  const list = sorted.slice(from, until);
  if (list.length < FEWEST_VERSES || !isPlainVerse(list)) return;
  close(sorted, from, until);
  const head = sorted[until];
  if (wide === -1 && head !== undefined) sorted[until] = { ...head, sharedWithList: true };
}

function endsInMark(entry: Sorted | undefined): boolean {
  return entry !== undefined && /[，。；：！？、,;!?…—][”’"]?$/u.test(entry.text);
}

function isMarkedVerse(run: readonly Sorted[]): boolean {
  return run.filter(endsInMark).length / run.length >= 0.75;
}

/** Verse without marks: lines of one length, or many of them. */
function isPlainVerse(run: readonly Sorted[]): boolean {
  if (run.some(({ text }) => /[，。；、,;]/u.test(text))) return false;
  if (run.length >= MANY_VERSES) return true;
  const lengths = run.map(({ text }) => lengthWithoutSpaces(text));
  return Math.max(...lengths) - Math.min(...lengths) <= 2;
}

function close(sorted: Sorted[], from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    const entry = sorted[at];
    if (entry?.to === 'item') sorted[at] = { ...entry, kind: 'closed', interrupts: false };
  }
}
