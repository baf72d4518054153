import { endsSentence, lengthWithoutSpaces } from './characters.js';
import { endsArticle } from './article-ends.js';
import { canBeSubhead, continuesElsewhereAt, isNumbered, isPhotoCredit, isSalutation } from './line-kinds.js';
import type { Item } from './items.js';

/** What is known about where an article begins and ends, before its text is read. */
export interface ArticleSource {
  /** Headline lines, bylines under the headline, editor's notes above the dateline. */
  head: Item[];
  body: Item[];
  /** Nothing but headline and paragraphs says that an article begins here. */
  unannounced: boolean;
  /** The headline block is longer than one should be, or stands above the date line. */
  headDoubtful: boolean;
  /** The article may hold a piece of another, or the other way round: what the editor is to look at. */
  boundaryDoubtful: Doubt | null;
}

/** Why it is not sure what belongs to an article. */
export interface Doubt {
  because: 'heading' | 'page-break' | 'interruption';
  line: string;
}

export interface FoundArticles {
  articles: ArticleSource[];
  stray: Item[];
}

const MOST_HEAD_LINES = 4;
const LONGEST_LONE_HEADLINE = 30;
const SHORTEST_BODY = 15;

interface Start {
  head: number;
  body: number;
  unannounced: boolean;
  headDoubtful: boolean;
}

/** Cuts the items of a page into articles. */
export function findArticles(items: readonly Item[], headAboveMasthead: boolean): FoundArticles {
  const announced = announcedStarts(items, headAboveMasthead);
  const starts = announced.length > 0 ? withUnannounced(items, announced) : unannouncedStarts(items);
  const stray: Item[] = items.slice(0, starts[0]?.head ?? items.length);
  const articles = starts.map((start, at) => {
    const next = starts[at + 1];
    const source = sourceOf(items, start, next?.head ?? items.length, announced.length > 0, stray);
    return { ...source, boundaryDoubtful: source.boundaryDoubtful ?? doubtfulEnd(items, next) };
  });
  return { articles, stray };
}

/** Articles that say so: by a dateline, a byline at the start or under the headline, or 上接. */
function announcedStarts(items: readonly Item[], headAboveMasthead: boolean): Start[] {
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
  if (lines <= MOST_HEAD_LINES)
    return { head, doubtful: acrossCaption || isQuestionable(items, head, body, free) };
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

/** A headline that ends as a sentence does, or the article before it stops within one: whose line is it? */
function isQuestionable(items: readonly Item[], head: number, body: number, free: number): boolean {
  const first = items[head];
  if (first?.kind !== 'head') return false;
  const heads = items.slice(head, body).filter(({ kind }) => kind === 'head');
  const above = items[head - 1];
  const marked = first.fragment.level > 0 || first.fragment.bold;
  if (above === undefined || head - 1 < free - 1 || first.barrier || marked) return false;
  if (endsSentence(first.fragment.draft.text)) return true;
  const open =
    (above.kind === 'text' || above.kind === 'opening') &&
    !endsSentence(above.fragment.draft.text) &&
    !endsArticle(above.fragment.draft.text);
  return open && heads.length > 1;
}

/** Between announced articles there can be others: after a barrier, after an article's last line, or under an equal heading. */
function withUnannounced(items: readonly Item[], announced: readonly Start[]): Start[] {
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
          starts.push({ head: from, body: from, unannounced: true, headDoubtful: false });
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
      if (hasBody && beginsArticle(items, from, to, level))
        starts.push({ head: from, body: to, unannounced: true, headDoubtful: false });
      from = to - 1;
    }
  }
  return starts;
}

/** What begins without a dateline after a page's end, or without a headline after an advert, can be of the article before. */
function doubtfulEnd(items: readonly Item[], next: Start | undefined): Doubt | null {
  const first = next === undefined ? undefined : items[next.head];
  if (next === undefined || first === undefined || !next.unannounced) return null;
  if (first.pageBreak) return { because: 'page-break', line: shown(first) };
  return next.head === next.body && first.interruptedBy !== null
    ? { because: 'interruption', line: cutShort(first.interruptedBy) }
    : null;
}

function isLong(item: Item): boolean {
  return lengthWithoutSpaces(item.fragment.draft.text) >= SHORTEST_BODY;
}

function beginsArticle(items: readonly Item[], from: number, to: number, level: number): boolean {
  const first = items[from];
  const above = items[from - 1];
  if (first === undefined || above === undefined) return true;
  if (level > 0 && first.fragment.level > 0) return first.fragment.level <= level;
  if (first.barrier) return true;
  if (above.kind === 'byline' || above.editorBelow !== null)
    return above.byline === null || !isPhotoCredit(above.byline);
  if (endsArticle(above.fragment.draft.text)) return true;
  const below = items[to];
  if (below !== undefined && isSalutation(below.fragment.draft.text)) return true;
  if (above.kind === 'closed' || !endsSentence(above.fragment.draft.text)) return false;
  const heads = items.slice(from, to).filter(({ kind }) => kind === 'head');
  if (heads.length < 2 || heads.some(({ fragment }) => isNumbered(fragment.draft.text))) return false;
  return heads.every(isWhole);
}

/** On a page without datelines and bylines only headlines with paragraphs under them are left to go by. */
function unannouncedStarts(items: readonly Item[]): Start[] {
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
  return strongest(items, runs).map(({ head, body }) => ({
    head,
    body,
    unannounced: true,
    headDoubtful: false,
  }));
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

function sourceOf(
  items: readonly Item[],
  start: Start,
  end: number,
  pageIsAnnounced: boolean,
  stray: Item[],
): ArticleSource {
  const head = items.slice(start.head, start.body);
  const body = items.slice(start.body, end);
  // Short lines at the end with nothing under them head nothing: they are left over from something else.
  while (body.length > 1 && body.at(-1)?.kind === 'head') {
    const last = body.at(-1);
    const before = body.at(-2);
    if (last === undefined || before === undefined) break;
    const goesOn =
      before.kind !== 'head' &&
      !endsSentence(before.fragment.draft.text) &&
      !endsArticle(before.fragment.draft.text) &&
      before.kind !== 'closed';
    if (goesOn) break;
    stray.push(last);
    body.pop();
  }
  return {
    head,
    body,
    unannounced: start.unannounced,
    headDoubtful: start.headDoubtful,
    boundaryDoubtful: doubtfulLine(body, pageIsAnnounced && !start.unannounced),
  };
}

/** A line that could head another article, or text after an article's end. */
function doubtfulLine(body: readonly Item[], announced: boolean): Doubt | null {
  for (const [at, item] of body.entries()) {
    if (at === 0) continue;
    if (item.interruptedBy !== null) return { because: 'interruption', line: cutShort(item.interruptedBy) };
    if (item.pageBreak) return { because: 'page-break', line: shown(item) };
  }
  const heads: Item[] = [];
  for (let at = 1; at < body.length; at += 1) {
    const item = body[at];
    const above = body[at - 1];
    if (item === undefined || above === undefined) continue;
    const aboveText = above.fragment.draft.text;
    if (item.kind === 'text' && continuesElsewhereAt(aboveText) !== -1) return heading(item);
    if (item.kind !== 'head' || item.fragment.level > 0 || item.fragment.bold || !isWhole(item)) continue;
    const finished =
      above.kind === 'closed' || above.kind === 'head' || endsSentence(aboveText) || endsArticle(aboveText);
    if (finished && body[at + 1] !== undefined) heads.push(item);
  }
  // Subheads come in numbers: a single one can as well head an article that says nothing of where it begins.
  const [only] = heads;
  if (!announced || only === undefined) return null;
  if (heads.length > 1) {
    // A line too long for a subhead is joined to the text under it.
    const long = heads.find(({ fragment }) => !canBeSubhead(fragment.draft.text));
    return long === undefined ? null : heading(long);
  }
  return isNumbered(only.fragment.draft.text) ? null : heading(only);
}

/** Nothing in the line looks like a clause that a column cut. */
function isWhole(item: Item): boolean {
  const { text } = item.fragment.draft;
  return canBeSubhead(text) || (lengthWithoutSpaces(text) <= LONGEST_LONE_HEADLINE && !/[，、,]/u.test(text));
}

function heading(item: Item): Doubt {
  return { because: 'heading', line: shown(item) };
}

function shown(item: Item): string {
  return cutShort(item.fragment.draft.text);
}

function cutShort(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}
