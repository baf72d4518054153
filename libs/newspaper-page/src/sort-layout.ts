import { isItem, isPageNumber, left, type Sorted } from './items.js';
import { isColumnLabel, isGuideHead, isGuideItem } from './line-kinds.js';
import { isPageLabel, isSectionName, isSloganLine, readMastheadLine } from './masthead.js';

/** Above the first article everything up to the last masthead line is the paper's own. */
export function sortZone(sorted: Sorted[], zoneEnd: number): boolean {
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

/** Longest title of a paper. */
const LONGEST_TITLE = 16;

/**
 * Below the first headline a section name beside a running head or a page number is the layout's: 要闻, 2 综合;
 * so is the paper's title above one. */
export function sortRunningHeads(sorted: Sorted[], zoneEnd: number): void {
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
    const title =
      sorted[at + 1]?.to === 'masthead' &&
      entry.text.length <= LONGEST_TITLE &&
      readMastheadLine(entry.text, true)?.found.publication !== undefined;
    const label = isColumnLabel(entry.text) && isItem(sorted[at + 1], 'head', 'opening');
    if (
      title ||
      label ||
      isPageLabel(entry.text) ||
      (isSectionName(entry.text) && (layout(at, -1) || layout(at, 1)))
    )
      found.push(at);
  }
  for (const at of found) {
    const entry = sorted[at];
    if (entry !== undefined) sorted[at] = left(entry, 'furniture');
  }
}

/** 导读 boxes: the heading, the items with their pages, and lines of the box between them. */
export function sortGuides(sorted: Sorted[]): void {
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
      // ▶一座老桥的故事 2版: the mark that sets off an item of the box is a caption's elsewhere.
      if (line?.to === 'item' || (line?.to === 'left' && line.reason === 'caption'))
        sorted[next] = left(line, 'guide');
    }
  }
}
