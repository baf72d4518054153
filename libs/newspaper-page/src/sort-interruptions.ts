import { cells, lengthWithoutSpaces } from './characters.js';
import { isOpenText, isPageNumber, left, textItem, type Sorted } from './items.js';
import { canBeSubhead, isColumnLabel, isListItem, isNoticeParagraph, opensNotice } from './line-kinds.js';
import { isSectionName } from './masthead.js';

/** Longest line that can be the layout's or another article's between two pieces of one sentence. */
const SHORTEST_PIECE = 8;
const WEB_LINE = /^(?:(?:https?:\/\/|www\.)\S+|[\w.+-]+@[\w.-]+)$/iu;
/** LANXI DAILY: the title of the paper. One word in capitals can be a piece of the sentence. */
const LATIN_TITLE = /^[A-Z]{2,}(?:\s[A-Z&]+){1,4}$/u;
/** A sentence tells what to do with a number; an advert prints it. */
const CALLS = /拨打|致电|来电|联系(?!电话|方式|热线|人)|登录|发送|通过|扫码|关注/u;
const LABELLED_CONTACT = /(?:电\s?话|热线|手机|微信|地\s?址|联系人|传真|邮箱|(?:电话|方式|热线))\s?[:：]|\s/u;

/** What stands between a fragment that ends no sentence and the fragment that goes on with it. */
export function sortInterruptions(sorted: Sorted[], zoneEnd: number): void {
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
