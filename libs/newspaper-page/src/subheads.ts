import { lengthWithoutSpaces } from './characters.js';
import type { Item } from './items.js';
import { isNumbered } from './line-kinds.js';

/** The headings between the paragraphs of an article. */

/** One heading of one line, or of two. */
export interface Heading {
  lines: Item[];
}

/**
 * Whether headings are those of one article: numbered, in brackets, set off by markup, or of one length. A single line
 * without a number, and lines that have nothing in common, can as well head articles that say nothing of where they begin.
 * @param feature a long feature is divided by headings, a piece of news seldom is: there several without a sign will do
 */
export function isSeries(headings: readonly Heading[], feature: boolean): boolean {
  const plain = headings.filter(({ lines }) => !lines.some(isSetOff));
  // 【背景】 alone can head a box of its own.
  if (plain.length === 0) return headings.length > 1 || !headings[0]?.lines.some(isBracketed);
  if (headings.length === 1) return false;
  if (plain.length === headings.length && feature) return headings.every(({ lines }) => lines.length === 1);
  const lengths = new Set(headings.map(({ lines }) => lengthWithoutSpaces(lines.map(textOf).join(''))));
  return lengths.size === 1;
}

/** A number, a bracket or markup says that the line is a heading. */
export function isSetOff(item: Item): boolean {
  return item.fragment.level > 0 || item.fragment.bold || isNumbered(textOf(item)) || isBracketed(item);
}

/** 【背景】 */
function isBracketed(item: Item): boolean {
  return /^【[^【】]{1,16}】/u.test(textOf(item));
}

function textOf(item: Item): string {
  return item.fragment.draft.text;
}
