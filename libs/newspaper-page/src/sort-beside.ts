import { isItem, isRunningText, type Sorted } from './items.js';
import { canBeHeadline, isEventCredit } from './line-kinds.js';

/** Lines that by their own words can be two things; what stands beside them tells which. */

/** 据气象部门消息： and 某地讯 within an article begin a sentence; under a headline they begin an article. */
export function sortOpeningsInText(sorted: Sorted[]): void {
  for (const [at, entry] of sorted.entries()) {
    if (entry.to !== 'item' || entry.opening?.needsHeadline !== true) continue;
    if (!isRunningText(sorted[at - 1])) continue;
    // 某地讯 rarely begins a sentence: its headline may be lost.
    const interrupts = (entry.opening.dateline ?? '').endsWith('讯');
    sorted[at] = { ...entry, kind: 'text', opening: null, interrupts };
  }
}

/** Most lines of one headline that a quotation can reach over. */
const MOST_TORN_LINES = 2;

/** “新路通车 村民欢喜: a headline whose quote or bracket lost its other half, right above a dateline or a byline. */
export function sortTornHeadlines(sorted: Sorted[]): void {
  for (let at = 1; at < sorted.length; at += 1) {
    if (!isItem(sorted[at], 'opening', 'byline')) continue;
    for (let line = at - 1; line >= at - MOST_TORN_LINES; line -= 1) {
      const entry = sorted[line];
      if (entry?.to !== 'item' || entry.kind !== 'text' || !canBeHeadline(entry.text.replace(PAIRED, '')))
        break;
      sorted[line] = { ...entry, kind: 'head' };
    }
  }
}

const PAIRED = /[“”"‘’《》（）()「」『』]/gu;

/** 主办单位：某局 right under an article is of the event that it tells of, or of an advert; the paper's own stands in its masthead. */
export function sortEventCredits(sorted: Sorted[], zoneEnd: number): void {
  for (let at = zoneEnd; at < sorted.length; at += 1) {
    const entry = sorted[at];
    if (entry?.to !== 'masthead' || !isEventCredit(entry.text) || !isRunningText(sorted[at - 1])) continue;
    const { fragment, text } = entry;
    sorted[at] = {
      fragment,
      text,
      to: 'item',
      kind: 'closed',
      opening: null,
      byline: null,
      interrupts: true,
    };
  }
}
