import { endsSentence } from './characters.js';
import type { BylineReading } from './byline.js';
import { readOpening, type Opening } from './dateline.js';
import { fragmentsOf, type Fragment } from './hard-wraps.js';
import type { ItemKind, PageItems, Sorted } from './items.js';
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
  isNoticeHead,
  isNoticeParagraph,
  isSalutation,
  isSureCaption,
} from './line-kinds.js';
import { readMastheadLine } from './masthead.js';
import { sortCaptions } from './sort-captions.js';
import { sortInterruptions } from './sort-interruptions.js';
import { sortGuides, sortRunningHeads, sortZone } from './sort-layout.js';
import { sortNotices } from './sort-notices.js';
import { sortVerseAndLists } from './sort-verse.js';
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
