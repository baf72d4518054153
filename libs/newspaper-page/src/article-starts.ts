import { endsArticle } from './article-ends.js';
import { isWhole } from './article-doubts.js';
import { endsSentence, lengthWithoutSpaces } from './characters.js';
import type { Item } from './items.js';
import { isDashLine, isNumbered, isPhotoCredit, isSalutation } from './line-kinds.js';
import { isSetOff } from './subheads.js';

/** Where the articles of a page begin, and how that is known. */

const MOST_HEAD_LINES = 4;
const SHORTEST_BODY = 15;

export interface Start {
  head: number;
  body: number;
  unannounced: boolean;
  headDoubtful: boolean;
  /** Nothing but two lines that can be headlines says that an article begins. */
  restsOnHeads: boolean;
}

/** A start of which only headlines and paragraphs are known. */
const bareStart = (head: number, body: number, restsOnHeads = false): Start => ({
  head,
  body,
  unannounced: true,
  headDoubtful: false,
  restsOnHeads,
});

/** Articles that say so: by a dateline, a byline at the start or under the headline, or 上接. */
export function announcedStarts(items: readonly Item[], headAboveMasthead: boolean): Start[] {
  const starts: Start[] = [];
  let free = 0;
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at];
    if (item === undefined) continue;
    let body = -1;
    if (item.kind === 'opening') body = at;
    else if (item.kind === 'continued') body = at;
    else if (item.kind === 'byline' && isBylineUnderHeadline(items, at, free)) {
      body = at + 1;
      while (items[body]?.kind === 'byline' || items[body]?.kind === 'note') body += 1;
      // A dateline under it collects this line itself.
      if (items[body]?.kind === 'opening') continue;
    }
    if (body === -1) continue;
    const { head, doubtful } = headStart(items, at, free);
    starts.push({
      head,
      body,
      unannounced: false,
      headDoubtful: doubtful || (starts.length === 0 && headAboveMasthead),
      restsOnHeads: false,
    });
    free = body + 1;
    at = body;
  }
  return starts;
}

function isBylineUnderHeadline(items: readonly Item[], at: number, free: number): boolean {
  const item = items[at];
  if (item?.byline == null || isPhotoCredit(item.byline)) return false;
  let above = at - 1;
  while (above >= free && items[above]?.kind === 'byline') above -= 1;
  const head = items[above];
  if (head === undefined || above < free || head.kind !== 'head' || items[above + 1]?.barrier === true)
    return false;
  let below = at + 1;
  while (items[below]?.kind === 'byline' || items[below]?.kind === 'note') below += 1;
  const next = items[below];
  return next !== undefined && (next.kind === 'text' || next.kind === 'opening' || next.kind === 'closed');
}

/** The first line of the headline block above a body. */
function headStart(items: readonly Item[], body: number, free: number): { head: number; doubtful: boolean } {
  let head = body;
  let lines = 0;
  let sawNote = -1;
  let acrossCaption = false;
  while (head > free) {
    const above = items[head - 1];
    if (above === undefined || items[head]?.barrier === true) break;
    if (lines > 0 && items[head]?.afterCaption === true) break;
    if (above.kind === 'head') lines += 1;
    else if (above.kind === 'note') sawNote = head - 1;
    else if (above.kind !== 'byline' || !belongsBelow(items, head - 1, body, free)) break;
    // A picture between a headline and its body can as well have a title of its own above it.
    acrossCaption ||= items[head]?.afterCaption === true && above.kind === 'head';
    head -= 1;
  }
  // A note without a headline above it is a paragraph of the article before.
  if (sawNote !== -1 && !items.slice(head, sawNote).some(({ kind }) => kind === 'head')) head = sawNote + 1;
  while (
    head < body &&
    items[head]?.kind !== 'head' &&
    items.slice(head, body).some(({ kind }) => kind === 'head')
  )
    head += 1;
  if (lines <= MOST_HEAD_LINES) return { head, doubtful: acrossCaption };
  // More lines than a headline has: a wider gap shows where the block begins.
  const gaps = items.slice(head + 1, body).map(({ fragment }) => fragment.gap);
  const least = smallest(gaps);
  const wide = gaps.findLastIndex((gap) => gap > least);
  return { head: wide === -1 ? head : head + 1 + wide, doubtful: true };
}

/** The byline that closes the article before is no part of this headline block. */
function belongsBelow(items: readonly Item[], byline: number, body: number, free: number): boolean {
  if (!items.slice(byline + 1, body).some(({ kind }) => kind === 'head')) return true;
  const above = items[byline - 1];
  // Above a headline only the line right at the start of a page, or under another headline line, can be meant.
  return above === undefined || byline - 1 < free || items[byline]?.barrier === true
    ? true
    : above.kind === 'head' && byline - 1 > free;
}

/** Between announced articles there can be others: after a barrier, after an article's last line, or under an equal heading. */
export function withUnannounced(items: readonly Item[], announced: readonly Start[]): Start[] {
  const levels = announced.flatMap(({ head, body }) =>
    items
      .slice(head, body)
      .flatMap(({ kind, fragment }) => (kind === 'head' && fragment.level > 0 ? [fragment.level] : [])),
  );
  const level = levels.length === 0 ? 0 : smallest(levels);
  const firstHead = announced[0]?.head ?? items.length;
  const starts = unannouncedStarts(items.slice(0, firstHead));
  for (const [at, start] of announced.entries()) {
    starts.push(start);
    const end = announced[at + 1]?.head ?? items.length;
    for (let from = start.body + 1; from < end; from += 1) {
      const item = items[from];
      if (item?.kind !== 'head') {
        // Behind a running head a text without headline goes on from the page before.
        if (item?.barrier === true && !item.pageBreak && item.kind === 'text' && isLong(item))
          starts.push(bareStart(from, from));
        continue;
      }
      let to = from;
      while (to < end && (items[to]?.kind === 'head' || (to > from && items[to]?.kind === 'byline'))) to += 1;
      const below = items[to];
      const hasBody =
        to < end &&
        below !== undefined &&
        (below.kind === 'text' || below.kind === 'note' || below.kind === 'closed') &&
        (isLong(below) || isSalutation(below.fragment.draft.text));
      const begins = hasBody ? beginsArticle(items, from, to, level) : 'no';
      if (begins !== 'no') starts.push(bareStart(from, to, begins === 'by-heads'));
      from = to - 1;
    }
  }
  return starts;
}

function isLong(item: Item): boolean {
  return lengthWithoutSpaces(item.fragment.draft.text) >= SHORTEST_BODY;
}

/** Whether head lines begin an article, and whether anything but themselves says so. */
function beginsArticle(
  items: readonly Item[],
  from: number,
  to: number,
  level: number,
): 'no' | 'surely' | 'by-heads' {
  const surely = (does: boolean): 'no' | 'surely' => (does ? 'surely' : 'no');
  const first = items[from];
  const above = items[from - 1];
  if (first === undefined || above === undefined) return 'surely';
  if (level > 0 && first.fragment.level > 0) return surely(first.fragment.level <= level);
  if (first.barrier) return 'surely';
  if (above.kind === 'byline' || above.editorBelow !== null)
    return surely(above.byline === null || !isPhotoCredit(above.byline));
  if (endsArticle(above.fragment.draft.text)) return 'surely';
  const below = items[to];
  if (below !== undefined && isSalutation(below.fragment.draft.text)) return 'surely';
  if (above.kind === 'closed' || !endsSentence(above.fragment.draft.text)) return 'no';
  const heads = items.slice(from, to).filter(({ kind }) => kind === 'head');
  if (heads.length < 2 || heads.some(isSetOff) || !heads.every(isWhole)) return 'no';
  // A line with a dash stands under a headline, never under a subhead.
  return heads.slice(1).some(({ fragment }) => isDashLine(fragment.draft.text)) ? 'surely' : 'by-heads';
}

/** On a page without datelines and bylines only headlines with paragraphs under them are left to go by. */
export function unannouncedStarts(items: readonly Item[]): Start[] {
  const runs: { head: number; body: number }[] = [];
  for (let from = 0; from < items.length; from += 1) {
    if (items[from]?.kind !== 'head') {
      if (runs.length === 0 && isBodyAlone(items[from])) runs.push({ head: from, body: from });
      continue;
    }
    const above = items[from - 1];
    const continues =
      above?.kind === 'text' &&
      !endsSentence(above.fragment.draft.text) &&
      !endsArticle(above.fragment.draft.text) &&
      items[from]?.barrier !== true;
    let to = from;
    while (items[to]?.kind === 'head' || items[to]?.kind === 'note') to += 1;
    const below = items[to];
    const first = items[from];
    const numbered =
      first !== undefined && isNumbered(first.fragment.draft.text) && first.fragment.level === 0;
    if (
      below !== undefined &&
      (below.kind === 'text' || below.kind === 'closed') &&
      !(continues && to - from === 1) &&
      !(numbered && runs.length > 0)
    )
      runs.push({ head: from, body: to });
    from = to - 1;
  }
  return strongest(items, runs).map(({ head, body }) => bareStart(head, body));
}

/** A page of garbage has more lines than a call can have arguments. */
function smallest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function isBodyAlone(item: Item | undefined): boolean {
  return item?.kind === 'text' && isLong(item) && endsSentence(item.fragment.draft.text);
}

/** Headlines and subheads look alike; markup, the end of an article or a wider gap tell which runs are headlines. */
function strongest(
  items: readonly Item[],
  runs: readonly { head: number; body: number }[],
): { head: number; body: number }[] {
  const levelOf = (head: number): number => items[head]?.fragment.level ?? 0;
  const levels = runs.map(({ head }) => levelOf(head)).filter((level) => level > 0);
  const always = (at: number, head: number): boolean => at === 0 || items[head]?.barrier === true;
  if (levels.length > 0) {
    const top = smallest(levels);
    const count = levels.filter((level) => level === top).length;
    // One heading above all others is the title of the page only when the others have articles of their own: keep them together.
    if (count > 0) return runs.filter(({ head }, at) => always(at, head) || levelOf(head) === top);
  }
  const afterEnd = runs.map(({ head }) => {
    const above = items[head - 1];
    return (
      above !== undefined &&
      (above.kind === 'byline' || above.editorBelow !== null || endsArticle(above.fragment.draft.text))
    );
  });
  const ends = items.filter(
    ({ kind, fragment }) =>
      kind === 'byline' || ((kind === 'text' || kind === 'closed') && endsArticle(fragment.draft.text)),
  ).length;
  if (ends > 0) return runs.filter(({ head }, at) => always(at, head) || afterEnd[at] === true);
  const gaps = runs.slice(1).map(({ head }) => items[head]?.fragment.gap ?? 0);
  const widest = gaps.reduce((most, gap) => Math.max(most, gap), 0);
  if (gaps.some((gap) => gap < widest))
    return runs.filter(({ head }, at) => always(at, head) || (items[head]?.fragment.gap ?? 0) === widest);
  return [...runs];
}
