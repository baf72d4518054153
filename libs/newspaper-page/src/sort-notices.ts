import { isItem, isRunningText, leadsToOpening, left, textItem, type Sorted } from './items.js';
import {
  isActivityHead,
  isAdvertLine,
  isNoticeHead,
  isNoticeParagraph,
  isSignature,
  opensNotice,
} from './line-kinds.js';

const LONG_PARAGRAPH = 40;

/** 线上招聘 heads a notice where it is followed by a telephone number or a call to apply, else a part of an article. */
function asksToCall(lines: readonly Sorted[]): boolean {
  return lines.some(
    ({ text }) => isAdvertLine(text) || /诚聘|联系人|有意者|报名(?:电话|地址)|\d{7,}/u.test(text),
  );
}

/** A paragraph that only ends as a notice does (…，特此声明。), right under an article's text: it stays there, in doubt. */
function keepParagraphs(sorted: Sorted[]): void {
  for (const [at, entry] of sorted.entries()) {
    if (entry.to !== 'left' || entry.reason !== 'notice') continue;
    if (!isNoticeParagraph(entry.text) || opensNotice(entry.text)) continue;
    if (isRunningText(sorted[at - 1])) sorted[at] = { ...textItem(entry), interrupts: true };
  }
}

/** 公告, 启事, 更正 … with what belongs to them, up to the next article. */
export function sortNotices(sorted: Sorted[]): void {
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
    if (isActivityHead(entry.text) && !asksToCall(sorted.slice(at + 1, end))) continue;
    // The last lines before the next headline block can be its first lines; a signature never is one.
    if (leadsToOpening(sorted, end)) end = Math.max(at + 1, end);
    const office = sorted[at - 1];
    // The office that signs the notice is set above its head as well.
    const named =
      isItem(office, 'head') && sorted.slice(at + 1, end).some(({ text }) => text === office?.text);
    for (let line = named ? at - 1 : at; line < end; line += 1) {
      const part = sorted[line];
      if (part?.to === 'item') sorted[line] = left(part, 'notice');
    }
    at = end - 1;
  }
  keepParagraphs(sorted);
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
