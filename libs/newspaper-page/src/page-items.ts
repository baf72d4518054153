import { endsArticle } from './article-ends.js';
import { cells, endsSentence, lengthWithoutSpaces } from './characters.js';
import type { BylineReading } from './byline.js';
import { readOpening, type Opening } from './dateline.js';
import { fragmentsOf, type Fragment } from './hard-wraps.js';
import type { Line } from './lines.js';
import {
  bylineLine,
  canBeHeadline,
  canBeSubhead,
  continuedMarkLength,
  continuesElsewhereAt,
  endsInAddress,
  isAdvertLine,
  isCaption,
  isColumnLabel,
  isDateOnly,
  isEditorsNote,
  isFurniture,
  isGuideHead,
  isGuideItem,
  isLabelled,
  isListItem,
  isNoticeHead,
  isNoticeParagraph,
  isPhotoCredit,
  isSalutation,
  isSignature,
  isSureCaption,
  opensNotice,
} from './line-kinds.js';
import { isPageLabel, isSectionName, isSloganLine, readMastheadLine, type MastheadLine } from './masthead.js';
import type { LeftOverReason } from './page-reading.js';

/**
 * What a fragment is on its page:
 * `opening` begins a body with a dateline or byline, `continued` with 上接; `byline` is a line of names; `head` can be a
 * headline or subhead; `note` is an editor's note; `closed` is a paragraph by itself whatever it ends in (verse, lists,
 * signatures); `text` is everything else.
 */
export type ItemKind = 'opening' | 'continued' | 'byline' | 'head' | 'note' | 'closed' | 'text';

export interface Item {
  fragment: Fragment;
  kind: ItemKind;
  opening: Opening | null;
  byline: BylineReading | null;
  /** Masthead, notice or guide stands between it and the item before. */
  barrier: boolean;
  /** A running head or the credits of the page stand between it and the item before: another page begins. */
  pageBreak: boolean;
  /** A caption stands between it and the item before: no headline block reaches across one. */
  afterCaption: boolean;
  /** A line that was taken out, or stands oddly, between it and the item before it. */
  interruptedBy: string | null;
  /** 责任编辑 printed right under it, for its article only. */
  editorBelow: string | null;
}

export interface PageItems {
  items: Item[];
  masthead: { line: MastheadLine; fragment: Fragment }[];
  leftOver: { fragment: Fragment; reason: LeftOverReason }[];
  /** The headline may stand above the date line of the page. */
  headAboveMasthead: boolean;
}

type Sorted = { fragment: Fragment; text: string; interrupts?: boolean } & (
  | { to: 'masthead'; line: MastheadLine }
  | { to: 'left'; reason: LeftOverReason }
  | { to: 'item'; kind: ItemKind; opening: Opening | null; byline: BylineReading | null }
  | { to: 'editor'; editor: string; bracketed: boolean; line: MastheadLine }
);

const LONG_PARAGRAPH = 40;
const OWN_LINE = /(?:报纸|新闻|报料|爆料|本报|读者|编辑部|记者|采访|投稿)热线/u;

/** Sorts the lines of a page: what is the paper's own, what can be of an article, what is neither. */
export function itemsOf(lines: readonly Line[]): PageItems {
  const fragments = fragmentsOf(lines, standsAlone);
  const zoneEnd = firstBody(fragments);
  const sorted = fragments.map((fragment, at) => sortByWords(fragment, at < zoneEnd));
  const headAboveMasthead = sortZone(sorted, zoneEnd);
  sortRunningHeads(sorted, zoneEnd);
  sortInterruptions(sorted, zoneEnd);
  sortGuides(sorted);
  sortVerseAndLists(sorted);
  sortNotices(sorted);
  sortCaptions(sorted);
  return collect(sorted, headAboveMasthead);
}

/** Lines that by their own words begin something, so that a full line before them does not go on in them. */
function standsAlone(line: Line): boolean {
  const text = line.draft.text;
  return (
    readOpening(text) !== null ||
    bylineLine(text) !== null ||
    readMastheadLine(text, false) !== null ||
    isFurniture(text) ||
    isGuideHead(text) ||
    isGuideItem(text) ||
    isNoticeHead(text) ||
    isSureCaption(text) ||
    continuedMarkLength(text) > 0
  );
}

/** Where the first article's text begins: what stands above can be masthead. */
function firstBody(fragments: readonly Fragment[]): number {
  const at = fragments.findIndex(({ draft: { text } }) => {
    if (readOpening(text) !== null || continuedMarkLength(text) > 0) return true;
    return text.length >= LONG_PARAGRAPH && endsSentence(text) && !isGuideItem(text);
  });
  return at === -1 ? fragments.length : at;
}

function sortByWords(fragment: Fragment, inZone: boolean): Sorted {
  const text = fragment.draft.text;
  const base = { fragment, text };
  const item = (
    kind: ItemKind,
    opening: Opening | null = null,
    byline: BylineReading | null = null,
  ): Sorted => ({ ...base, to: 'item', kind, opening, byline });
  if (text === '' || isFurniture(text)) return { ...base, to: 'left', reason: 'furniture' };
  if (isGuideHead(text)) return { ...base, to: 'left', reason: 'guide' };
  const opening = readOpening(text);
  if (opening !== null && (opening.dateline !== null || opening.length < text.length))
    return item('opening', opening);
  const line = readMastheadLine(text, inZone);
  if (line !== null) {
    const editor = line.found.editor;
    const onlyEditor =
      typeof editor === 'string' && line.credits === 2 && line.strong === 1 && line.rest.length === 0;
    if (onlyEditor && !inZone)
      return { ...base, to: 'editor', editor, bracketed: /^[（(【[]/u.test(text), line };
    const date = isDateOnly(text);
    // Under the articles a lone address or telephone is an advert's, unless the label names the paper's own line.
    if (!inZone && line.strong === 1 && isAdvertLine(text) && !OWN_LINE.test(text))
      return { ...base, to: 'left', reason: 'advert' };
    if (inZone || (!date && (line.strong >= 2 || line.credits >= 2 || line.rest.length === 0)))
      return { ...base, to: 'masthead', line };
    if (date) return item('closed');
  }
  if (continuesElsewhereAt(text) === 0) return item('closed');
  if (isSalutation(text)) return item('closed');
  if (isNoticeParagraph(text)) return { ...base, to: 'left', reason: 'notice' };
  const byline = bylineLine(text);
  if (byline !== null) return item('byline', null, byline);
  if (isAdvertLine(text)) return { ...base, to: 'left', reason: 'advert' };
  if (isSureCaption(text) || isCaption(text)) return { ...base, to: 'left', reason: 'caption' };
  if (isDateOnly(text)) return item('closed');
  if (continuedMarkLength(text) > 0) return item('continued');
  if (isEditorsNote(text) && !canBeHeadline(text)) return item('note');
  return item(canBeHeadline(text) ? 'head' : 'text');
}

/** Above the first article everything up to the last masthead line is the paper's own. */
function sortZone(sorted: Sorted[], zoneEnd: number): boolean {
  let last = -1;
  for (let at = 0; at < zoneEnd; at += 1) if (sorted[at]?.to === 'masthead') last = at;
  if (last === -1) return false;
  const content = (entry: Sorted): boolean =>
    entry.to === 'item' && (entry.kind === 'head' || entry.kind === 'byline');
  let end = last;
  let above = false;
  if (zoneEnd < sorted.length && !sorted.slice(last + 1, zoneEnd).some(content)) {
    // No headline under the masthead: the one right above its last lines is meant, if there is one.
    let start = last;
    while (start > 0 && sorted[start - 1]?.to === 'masthead') start -= 1;
    let head = start;
    while (head > 0) {
      const entry = sorted[head - 1];
      if (entry === undefined || !content(entry) || isSectionName(entry.text) || isSloganLine(entry.text))
        break;
      head -= 1;
    }
    if (head < start && start - head <= 4) {
      end = head;
      above = true;
    }
  }
  for (let at = 0; at < end; at += 1) {
    const entry = sorted[at];
    if (entry?.to !== 'item') continue;
    const { fragment, text } = entry;
    if (isSloganLine(text))
      sorted[at] = {
        fragment,
        text,
        to: 'masthead',
        line: { found: { slogan: text }, strong: 0, credits: 0, rest: [] },
      };
    else if (isSectionName(text))
      sorted[at] = {
        fragment,
        text,
        to: 'masthead',
        line: { found: { pageName: text }, strong: 0, credits: 0, rest: [] },
      };
    else sorted[at] = { fragment, text, to: 'left', reason: 'stray' };
  }
  const next = sorted[last + 1];
  if (next?.to === 'item' && next.kind === 'head' && isSectionName(next.text)) {
    sorted[last + 1] = {
      fragment: next.fragment,
      text: next.text,
      to: 'masthead',
      line: { found: { pageName: next.text }, strong: 0, credits: 0, rest: [] },
    };
  }
  return above;
}

function left(entry: Sorted, reason: LeftOverReason): Sorted {
  return { fragment: entry.fragment, text: entry.text, to: 'left', reason };
}

const isItem = (entry: Sorted | undefined, ...kinds: ItemKind[]): boolean =>
  entry?.to === 'item' && kinds.includes(entry.kind);

const isPageNumber = (entry: Sorted | undefined): boolean =>
  entry?.to === 'left' && entry.reason === 'furniture' && /\d/u.test(entry.text);

/** Below the first headline a section name beside a running head or a page number is the layout's: 要闻, 2 综合. */
function sortRunningHeads(sorted: Sorted[], zoneEnd: number): void {
  const layout = (at: number, step: 1 | -1): boolean => {
    let beside = at + step;
    while (isItem(sorted[beside], 'head') && isSectionName(sorted[beside]?.text ?? '')) beside += step;
    return sorted[beside]?.to === 'masthead' || isPageNumber(sorted[beside]);
  };
  const found: number[] = [];
  for (let at = 0; at < sorted.length; at += 1) {
    const entry = sorted[at];
    if (entry === undefined || !isItem(entry, 'head', 'text')) continue;
    // Above the first headline the masthead has its own rules.
    if (at < zoneEnd && !isColumnLabel(entry.text)) continue;
    const label = isColumnLabel(entry.text) && isItem(sorted[at + 1], 'head', 'opening');
    if (label || isPageLabel(entry.text) || (isSectionName(entry.text) && (layout(at, -1) || layout(at, 1))))
      found.push(at);
  }
  for (const at of found) {
    const entry = sorted[at];
    if (entry !== undefined) sorted[at] = left(entry, 'furniture');
  }
}

/** Longest line that can be the layout's or another article's between two pieces of one sentence. */
const SHORTEST_PIECE = 8;
const WEB_LINE = /^(?:(?:https?:\/\/|www\.)\S+|[\w.+-]+@[\w.-]+)$/iu;
/** LANXI DAILY: the title of the paper. One word in capitals can be a piece of the sentence. */
const LATIN_TITLE = /^[A-Z]{2,}(?:\s[A-Z&]+){1,4}$/u;
/** A sentence tells what to do with a number; an advert prints it. */
const CALLS = /拨打|致电|来电|联系(?!电话|方式|热线|人)|登录|发送|通过|扫码|关注/u;
const LABELLED_CONTACT = /(?:电\s?话|热线|手机|微信|地\s?址|联系人|传真|邮箱|(?:电话|方式|热线))\s?[:：]|\s/u;

/** What stands between a fragment that ends no sentence and the fragment that goes on with it. */
function sortInterruptions(sorted: Sorted[], zoneEnd: number): void {
  let open = false;
  /** Of the last piece of running text, in cells. */
  let width = 0;
  for (let at = zoneEnd; at < sorted.length; at += 1) {
    const entry = sorted[at];
    if (entry === undefined || entry.to === 'masthead' || entry.to === 'editor') continue;
    if (entry.to === 'left') {
      if (open && (entry.reason === 'advert' || entry.reason === 'notice'))
        sorted[at] = runsOn(entry)
          ? { ...textItem(entry), interrupts: !isNoticeParagraph(entry.text) && !CALLS.test(entry.text) }
          : { ...entry, interrupts: true };
      continue;
    }
    const marked = entry.fragment.level > 0 || entry.fragment.bold;
    const short = lengthWithoutSpaces(entry.text) <= SHORTEST_PIECE && !/\p{P}$/u.test(entry.text);
    if (
      open &&
      !marked &&
      (entry.kind === 'head' || (short && entry.kind === 'text')) &&
      goesOnAfter(sorted, at)
    ) {
      const beside =
        sorted[at - 1]?.to === 'masthead' || isPageNumber(sorted[at - 1]) || isPageNumber(sorted[at + 1]);
      if (
        isSectionName(entry.text) ||
        isColumnLabel(entry.text) ||
        WEB_LINE.test(entry.text) ||
        LATIN_TITLE.test(entry.text) ||
        (short && beside)
      )
        sorted[at] = left(entry, 'furniture');
      // 守住红线, MES: of another article, a heading, or a piece of the sentence.
      else if (short || !/\p{Script=Han}/u.test(entry.text) || isOddLine(entry, width))
        sorted[at] = { ...entry, kind: 'text', interrupts: true };
      continue;
    }
    open = isOpenText(entry);
    width = cells(entry.text);
  }
}

/** Lines that were wrapped are of one width within this. */
const SAME_WIDTH = 6;

/** A line that could be a heading, and is no printed line of the same column. */
function isOddLine(entry: Sorted, width: number): boolean {
  return canBeSubhead(entry.text) && Math.abs(cells(entry.text) - width) > SAME_WIDTH;
}

/** A piece of running text that stops within its sentence. A colon leads to a list and leaves nothing open. */
function isOpenText(entry: Sorted): boolean {
  if (
    entry.to !== 'item' ||
    (entry.kind !== 'text' && entry.kind !== 'opening' && entry.kind !== 'continued')
  )
    return false;
  const { text } = entry;
  if (entry.opening !== null && entry.opening.length >= text.length) return false;
  return !endsSentence(text) && !/[：:]$/u.test(text) && !endsInAddress(text) && !endsArticle(text);
}

/** Whether running text, and no new beginning, comes next among the items. */
function goesOnAfter(sorted: readonly Sorted[], at: number): boolean {
  for (let next = at + 1; next < sorted.length && next <= at + 8; next += 1) {
    const entry = sorted[next];
    if (entry?.to === 'item' && entry.kind === 'head' && lengthWithoutSpaces(entry.text) <= SHORTEST_PIECE)
      continue;
    if (entry?.to === 'item') return entry.kind === 'text' && !isListItem(entry.text);
    if (entry?.to === 'editor') return false;
  }
  return false;
}

/** A line with a telephone number, or one that ends as a notice does, can be the end of the sentence before it. */
function runsOn(entry: Sorted): boolean {
  return isNoticeParagraph(entry.text) ? !opensNotice(entry.text) : !LABELLED_CONTACT.test(entry.text.trim());
}

function textItem(entry: Sorted): Sorted {
  return {
    fragment: entry.fragment,
    text: entry.text,
    to: 'item',
    kind: 'text',
    opening: null,
    byline: null,
  };
}

/** 导读 boxes: the heading, the items with their pages, and lines of the box between them. */
function sortGuides(sorted: Sorted[]): void {
  for (const [at, entry] of sorted.entries()) {
    if (entry.to === 'masthead' || entry.to === 'editor' || (entry.to === 'left' && !isGuideHead(entry.text)))
      continue;
    if (entry.to === 'item' && isGuideItem(entry.text) && entry.kind === 'head')
      sorted[at] = left(entry, 'guide');
    if (!isGuideHead(entry.text)) continue;
    sorted[at] = left(entry, 'guide');
    let lastItem = -1;
    for (let next = at + 1; next < sorted.length && next <= at + 24; next += 1) {
      const line = sorted[next];
      if (line === undefined || !(isItem(line, 'head', 'closed') || line.to === 'left')) break;
      if (isGuideItem(line.text)) lastItem = next;
    }
    // Without page numbers only lines right under the heading are of the box.
    if (lastItem === -1)
      for (let next = at + 1; sorted[next]?.fragment.gap === 0 && isItem(sorted[next], 'head'); next += 1)
        lastItem = next;
    for (let next = at + 1; next <= lastItem; next += 1) {
      const line = sorted[next];
      if (line?.to === 'item') sorted[next] = left(line, 'guide');
    }
  }
}

const FEWEST_VERSES = 4;
const LONGEST_VERSE = 26;
const MANY_VERSES = 6;

/** Lines of verse, and of lists such as 一等奖：张三 李四, are each a paragraph. */
function sortVerseAndLists(sorted: Sorted[]): void {
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
    else closePlainVerse(sorted, from, leadsToBody ? last : to, to);
    from = to;
  }
  for (let at = 0; at < sorted.length; at += 1) {
    const entry = sorted[at];
    if (
      entry?.to !== 'item' ||
      entry.kind === 'opening' ||
      !isLabelled(entry.text) ||
      entry.text.length > 120
    )
      continue;
    const next = sorted[at + 1];
    const previous = sorted[at - 1];
    const beside = [previous, next].some(
      (other) =>
        other?.to === 'item' &&
        other.kind !== 'opening' &&
        isLabelled(other.text) &&
        other.text.length <= 120,
    );
    if (beside && !endsSentence(entry.text)) sorted[at] = { ...entry, kind: 'closed' };
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

/** Whether the lines from here on are a headline block with a body under it that says so itself. */
function leadsToOpening(sorted: readonly Sorted[], from: number): boolean {
  let at = from;
  while (at < from + 8 && (isItem(sorted[at], 'head', 'byline', 'note') || sorted[at]?.to === 'left')) {
    if (isItem(sorted[at], 'byline')) return isItem(sorted[at + 1], 'text', 'opening', 'byline');
    at += 1;
  }
  return isItem(sorted[at], 'opening', 'continued');
}

/** 公告, 启事, 更正 … with what belongs to them, up to the next article. */
function sortNotices(sorted: Sorted[]): void {
  for (let at = 0; at < sorted.length; at += 1) {
    const entry = sorted[at];
    if (
      entry?.to !== 'item' ||
      !(entry.kind === 'head' || entry.kind === 'text') ||
      !isNoticeHead(entry.text)
    )
      continue;
    if (/^[【[]?(?:公益)?广\s?告[】\]]?$/u.test(entry.text) && leadsToOpening(sorted, at + 1)) {
      sorted[at] = left(entry, 'advert');
      continue;
    }
    if (leadsToOpening(sorted, at + 1)) continue;
    let end = noticeEnd(sorted, at);
    // The last lines before the next headline block can be its first lines; a signature never is one.
    if (leadsToOpening(sorted, end)) end = Math.max(at + 1, end);
    for (let line = at; line < end; line += 1) {
      const part = sorted[line];
      if (part?.to === 'item') sorted[line] = left(part, 'notice');
    }
    at = end - 1;
  }
}

function noticeEnd(sorted: readonly Sorted[], from: number): number {
  let signed = false;
  let told = false;
  let at = from + 1;
  for (; at < sorted.length; at += 1) {
    const entry = sorted[at];
    if (entry === undefined || entry.to === 'masthead') break;
    if (entry.to === 'left') {
      if (entry.reason === 'notice' || entry.reason === 'advert') {
        told = true;
        signed = true;
      }
      continue;
    }
    if (entry.to === 'editor') continue;
    if (entry.kind === 'opening' || entry.kind === 'continued' || entry.kind === 'byline') break;
    if (isNoticeHead(entry.text)) break;
    if (entry.kind === 'text' || entry.kind === 'note') {
      // A long text after the signature is no part of the notice any more.
      if (signed && entry.text.length > LONG_PARAGRAPH * 2) break;
      told = true;
      continue;
    }
    if (isSignature(entry.text) && told) {
      signed = true;
      continue;
    }
    if (entry.kind === 'head' && told && leadsToOpening(sorted, at)) break;
    if (entry.kind === 'head' && signed && isItem(sorted[at + 1], 'head', 'text', 'note')) break;
  }
  return at;
}

/** The title of a picture stands right above its caption; a credit on a line of its own belongs to the caption. */
function sortCaptions(sorted: Sorted[]): void {
  sortCaptionTitles(sorted);
  for (const [at, entry] of sorted.entries()) {
    if (entry.to !== 'left' || entry.reason !== 'caption') continue;
    const credit = sorted[at + 1];
    if (credit !== undefined && isPhotoByline(credit)) sorted[at + 1] = left(credit, 'caption');
    const before = sorted[at - 1];
    if (before !== undefined && isPhotoByline(before)) sorted[at - 1] = left(before, 'caption');
  }
}

/** Most lines that a picture's title has. */
const MOST_TITLE_LINES = 2;

/**
 * 春到茶山 above a caption is the picture's title when other headlines or nothing follow. Where a body follows at once,
 * the picture stands between a headline and its article.
 */
function sortCaptionTitles(sorted: Sorted[]): void {
  for (const [at, entry] of sorted.entries()) {
    if (entry.to !== 'left' || entry.reason !== 'caption') continue;
    let first = at;
    while (isItem(sorted[first - 1], 'head')) first -= 1;
    if (first === at || at - first > MOST_TITLE_LINES) continue;
    let next = at + 1;
    while (sorted[next]?.to === 'left' || isPhotoByline(sorted[next])) next += 1;
    const below = sorted[next];
    if (below?.to === 'item' && below.kind !== 'head') continue;
    let above = first - 1;
    while (sorted[above]?.to === 'left') above -= 1;
    const before = sorted[above];
    if (before !== undefined && isOpenText(before)) continue;
    for (let line = first; line < at; line += 1) {
      const title = sorted[line];
      if (title !== undefined) sorted[line] = left(title, 'caption');
    }
  }
}

function isPhotoByline(entry: Sorted | undefined): boolean {
  return (
    entry?.to === 'item' && entry.kind === 'byline' && entry.byline !== null && isPhotoCredit(entry.byline)
  );
}

function collect(sorted: readonly Sorted[], headAboveMasthead: boolean): PageItems {
  const page: PageItems = { items: [], masthead: [], leftOver: [], headAboveMasthead };
  const editors = sorted.filter((entry) => entry.to === 'editor');
  const lastItem = sorted.findLastIndex((entry) => entry.to === 'item' && entry.kind !== 'closed');
  let barrier = false;
  let pageBreak = false;
  let afterCaption = false;
  let interruptedBy: string | null = null;
  for (const [at, entry] of sorted.entries()) {
    const { fragment } = entry;
    switch (entry.to) {
      case 'masthead':
        page.masthead.push({ line: entry.line, fragment });
        page.leftOver.push({ fragment, reason: entry.line.credits > 0 ? 'page-credits' : 'masthead' });
        // The headline that stands above the date line belongs to the text under it.
        barrier = !headAboveMasthead || page.items.length === 0;
        pageBreak = page.items.length > 0 && !headAboveMasthead;
        break;
      case 'left':
        page.leftOver.push({ fragment, reason: entry.reason });
        if (entry.reason === 'notice' || entry.reason === 'guide' || entry.reason === 'advert')
          barrier = true;
        if (entry.reason === 'caption') afterCaption = true;
        if (entry.interrupts === true || entry.reason === 'notice' || entry.reason === 'advert')
          interruptedBy ??= entry.text;
        break;
      case 'editor': {
        // One bare line at the very end speaks for the page; in brackets, between articles or repeated, for the article above.
        const follows = at < lastItem;
        const above = page.items.at(-1);
        if (above !== undefined && (entry.bracketed || editors.length > 1 || follows)) {
          above.editorBelow = entry.editor;
          above.fragment = { ...above.fragment, lines: [...above.fragment.lines, ...fragment.lines] };
        } else {
          page.masthead.push({ line: entry.line, fragment });
          page.leftOver.push({ fragment, reason: 'page-credits' });
        }
        break;
      }
      case 'item':
        page.items.push({
          fragment,
          kind: entry.kind,
          opening: entry.opening,
          byline: entry.byline,
          barrier,
          pageBreak,
          afterCaption,
          interruptedBy: interruptedBy ?? (entry.interrupts === true ? entry.text : null),
          editorBelow: null,
        });
        barrier = false;
        pageBreak = false;
        afterCaption = false;
        interruptedBy = null;
        break;
    }
  }
  return page;
}
