import { endsSentence } from './characters.js';
import type { BylineReading } from './byline.js';
import { readOpening, type Opening } from './dateline.js';
import { fragmentsOf, type Fragment } from './hard-wraps.js';
import { isItem, isRunningText, type ItemKind, type PageItems, type Sorted } from './items.js';
import type { Line } from './lines.js';
import {
  bylineLine,
  canBeHeadline,
  continuedMarkLength,
  continuesElsewhereAt,
  isAdvertLine,
  isCaption,
  isDateOnly,
  isEditorsNote,
  isFurniture,
  isGuideHead,
  isGuideItem,
  isMarkedBrief,
  isNoticeHead,
  isNoticeParagraph,
  isSalutation,
  isSureCaption,
} from './line-kinds.js';
import { readMastheadLine, type MastheadLine } from './masthead.js';
import { joinPieces } from './seams.js';
import { sortEventCredits, sortOpeningsInText, sortTornHeadlines } from './sort-beside.js';
import { sortCaptions } from './sort-captions.js';
import { sortInterruptions } from './sort-interruptions.js';
import { sortGuides, sortRunningHeads, sortZone } from './sort-layout.js';
import { sortMarkedLists } from './sort-marked-lists.js';
import { sortNotices } from './sort-notices.js';
import { sortVerseAndLists } from './sort-verse.js';
const LONG_PARAGRAPH = 40;
const SHORT_PARAGRAPH = 12;
const OWN_LINE = /(?:报纸|新闻|报料|爆料|本报|读者|编辑部|记者|采访|投稿)热线/u;

/** Sorts the lines of a page: what is the paper's own, what can be of an article, what is neither. */
export function itemsOf(lines: readonly Line[]): PageItems {
  const fragments = withWholeOpenings(fragmentsOf(lines, standsAlone));
  const zoneEnd = firstBody(fragments);
  const sorted = fragments.map((fragment, at) => sortByWords(fragment, at < zoneEnd));
  sortTornHeadlines(sorted);
  sortOpeningsInText(sorted);
  sortEventCredits(sorted, zoneEnd);
  const headAboveMasthead = sortZone(sorted, zoneEnd);
  sortRunningHeads(sorted, zoneEnd);
  sortInterruptions(sorted, zoneEnd);
  sortGuides(sorted);
  sortMarkedLists(sorted);
  sortVerseAndLists(sorted);
  sortNotices(sorted);
  sortCaptions(sorted);
  return collect(sorted, zoneEnd, headAboveMasthead);
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

/** 本报讯 and （记者 张三）, where a narrow column or a line end stands between them. */
function withWholeOpenings(fragments: readonly Fragment[]): Fragment[] {
  const whole: Fragment[] = [];
  for (const fragment of fragments) {
    const above = whole.at(-1);
    if (above !== undefined && isBareDateline(above.draft.text) && /^[（(]/u.test(fragment.draft.text)) {
      whole[whole.length - 1] = {
        ...above,
        draft: joinPieces([above.draft, fragment.draft], 'fragments-joined'),
        lines: [...above.lines, ...fragment.lines],
      };
    } else whole.push(fragment);
  }
  return whole;
}

function isBareDateline(text: string): boolean {
  if (text.length > LONG_PARAGRAPH) return false;
  const opening = readOpening(text);
  return opening?.dateline != null && opening.byline === null && opening.length >= text.length;
}

/** Where the first article's text begins: what stands above can be masthead. */
function firstBody(fragments: readonly Fragment[]): number {
  const at = fragments.findIndex(({ draft: { text } }, index) => {
    if (readOpening(text) !== null || continuedMarkLength(text) > 0) return true;
    if (!endsSentence(text) || isGuideItem(text)) return false;
    return text.length >= LONG_PARAGRAPH || namesAWriter(fragments[index - 1]?.draft.text ?? '');
  });
  if (at !== -1) return at;
  // Essays and verse have short paragraphs, and none of them need be long.
  const short = fragments.findIndex(
    ({ draft: { text } }) =>
      text.length >= SHORT_PARAGRAPH && endsSentence(text) && readMastheadLine(text, true) === null,
  );
  return short === -1 ? fragments.length : short;
}

/** 本报记者 张三 on a line of its own, which no masthead prints. */
function namesAWriter(text: string): boolean {
  const reading = text.length > LONG_PARAGRAPH * 2 ? null : bylineLine(text);
  return (
    reading !== null &&
    reading.hasRole &&
    /记者|通讯员|作者|文[/／:：]/u.test(text) &&
    readMastheadLine(text, true) === null
  );
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
  // One of several pieces of news under one headline, or a piece of the article above.
  if (isMarkedBrief(text)) return { ...item('text'), interrupts: true };
  if (isSureCaption(text) || isCaption(text)) return { ...base, to: 'left', reason: 'caption' };
  if (isDateOnly(text)) return item('closed');
  if (continuedMarkLength(text) > 0) return item('continued');
  if (isEditorsNote(text) && !canBeHeadline(text)) return item('note');
  return item(canBeHeadline(text) ? 'head' : 'text');
}

function collect(sorted: readonly Sorted[], zoneEnd: number, headAboveMasthead: boolean): PageItems {
  const page: PageItems = {
    items: [],
    masthead: [],
    leftOver: [],
    headAboveMasthead,
    leastGap: leastGap(sorted),
    indents: showsIndents(sorted),
  };
  const editors = sorted.filter((entry) => entry.to === 'editor');
  const lastItem = sorted.findLastIndex((entry) => entry.to === 'item' && entry.kind !== 'closed');
  let barrier = false;
  let sheet = 0;
  let pageBreak = false;
  let afterCaption = false;
  let interruptedBy: string | null = null;
  for (const [at, entry] of sorted.entries()) {
    const { fragment } = entry;
    switch (entry.to) {
      case 'masthead':
        if (beginsSheet(page, entry.line, sheet)) sheet += 1;
        page.masthead.push({ line: at < zoneEnd ? entry.line : withoutOwners(entry.line), fragment, sheet });
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
        if (entry.reason === 'advert' && isRunningText(sorted[at - 1])) {
          const above = page.items.at(-1);
          if (above !== undefined) above.followedBy = entry.text;
        }
        if (entry.interrupts === true || entry.reason === 'notice' || entry.reason === 'advert')
          interruptedBy ??= entry.text;
        break;
      case 'editor': {
        // One bare line at the very end speaks for the page; in brackets, between articles or repeated, for the article above.
        const follows = at < lastItem;
        const above = page.items.at(-1);
        const inHead = sorted[at - 1]?.to === 'masthead';
        if (above !== undefined && !inHead && (entry.bracketed || editors.length > 1 || follows)) {
          above.editorBelow = entry.editor;
          above.fragment = { ...above.fragment, lines: [...above.fragment.lines, ...fragment.lines] };
        } else {
          page.masthead.push({ line: entry.line, fragment, sheet });
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
          followedBy: null,
          sheet,
          sharedWithList: entry.sharedWithList === true,
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

/** Under the articles a line with nothing but 主办 or 主管 need not be the paper's own. */
function withoutOwners(line: MastheadLine): MastheadLine {
  if (line.strong >= 2) return line;
  const { supervisor: _supervisor, sponsor: _sponsor, ...found } = line.found;
  return { ...line, found };
}

function leastGap(sorted: readonly Sorted[]): number {
  const isLayout = (entry: Sorted | undefined): boolean =>
    entry?.to === 'masthead' || isItem(entry, 'head', 'byline');
  return sorted.reduce(
    (least, entry, at) =>
      isLayout(entry) && isLayout(sorted[at - 1]) ? Math.min(least, entry.fragment.gap) : least,
    Infinity,
  );
}

/** Share of the body lines that must be indented before indentation means a new paragraph. */
const INDENTED_SHARE = 0.3;

function showsIndents(sorted: readonly Sorted[]): boolean {
  const running = sorted.filter((entry) => isItem(entry, 'text', 'opening'));
  const indented = running.filter(({ fragment }) => fragment.indent >= 2).length;
  return indented >= 2 && indented / running.length >= INDENTED_SHARE;
}

/** The head of another page: its number is not the one of the page so far, and articles stand between the two. */
function beginsSheet(page: PageItems, { found }: MastheadLine, sheet: number): boolean {
  if (page.items.length === 0 || found.pageNumber == null) return false;
  const known = page.masthead.findLast((one) => one.sheet === sheet && one.line.found.pageNumber != null);
  return known !== undefined && known.line.found.pageNumber !== found.pageNumber;
}
