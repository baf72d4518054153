import type { BylineReading } from './byline.js';
import { endsArticle } from './article-ends.js';
import { endsSentence } from './characters.js';
import type { Opening } from './dateline.js';
import type { Fragment } from './hard-wraps.js';
import { endsInAddress } from './line-kinds.js';
import type { MastheadLine } from './masthead.js';
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
  /** A line that was taken out right under it and can be its own last line. */
  followedBy: string | null;
  /** Which of the pages of the text it stands on: 0 unless the head of another page stands above it. */
  sheet: number;
  /** It can as well be the last line of the list above it. */
  sharedWithList: boolean;
  /** 责任编辑 printed right under it, for its article only. */
  editorBelow: string | null;
}

export interface PageItems {
  items: Item[];
  masthead: { line: MastheadLine; fragment: Fragment; sheet: number }[];
  leftOver: { fragment: Fragment; reason: LeftOverReason }[];
  /** The headline may stand above the date line of the page. */
  headAboveMasthead: boolean;
  /** The fewest blank lines between two lines of the masthead or of a headline block: more of them mean something. */
  leastGap: number;
  /** The page sets its paragraphs off by indentation, so that it can be relied on. */
  indents: boolean;
}

/** A fragment on its way to where it belongs. */
export type Sorted = { fragment: Fragment; text: string; interrupts?: boolean; sharedWithList?: boolean } & (
  | { to: 'masthead'; line: MastheadLine }
  | { to: 'left'; reason: LeftOverReason }
  | { to: 'item'; kind: ItemKind; opening: Opening | null; byline: BylineReading | null }
  | { to: 'editor'; editor: string; bracketed: boolean; line: MastheadLine }
);

export function left(entry: Sorted, reason: LeftOverReason): Sorted {
  return { fragment: entry.fragment, text: entry.text, to: 'left', reason };
}

export const isItem = (entry: Sorted | undefined, ...kinds: ItemKind[]): boolean =>
  entry?.to === 'item' && kinds.includes(entry.kind);

export const isPageNumber = (entry: Sorted | undefined): boolean =>
  entry?.to === 'left' && entry.reason === 'furniture' && /\d/u.test(entry.text);

export function textItem(entry: Sorted, kind: 'text' | 'closed' = 'text'): Sorted {
  return {
    fragment: entry.fragment,
    text: entry.text,
    to: 'item',
    kind,
    opening: null,
    byline: null,
  };
}

/** A piece of running text that stops within its sentence. A colon leads to a list and leaves nothing open. */
export function isOpenText(entry: Sorted): boolean {
  if (
    entry.to !== 'item' ||
    (entry.kind !== 'text' && entry.kind !== 'opening' && entry.kind !== 'continued')
  )
    return false;
  const { text } = entry;
  if (entry.opening !== null && entry.opening.length >= text.length) return false;
  return !endsSentence(text) && !/[：:]$/u.test(text) && !endsInAddress(text) && !endsArticle(text);
}

/** Whether the lines from here on are a headline block with a body under it that says so itself. */
export function leadsToOpening(sorted: readonly Sorted[], from: number): boolean {
  let at = from;
  while (at < from + 8 && (isItem(sorted[at], 'head', 'byline', 'note') || sorted[at]?.to === 'left')) {
    if (isItem(sorted[at], 'byline')) return isItem(sorted[at + 1], 'text', 'opening', 'byline');
    at += 1;
  }
  return isItem(sorted[at], 'opening', 'continued');
}

/** A paragraph of an article, and no headline. */
export const isRunningText = (entry: Sorted | undefined): boolean =>
  isItem(entry, 'text', 'opening', 'continued', 'closed');
