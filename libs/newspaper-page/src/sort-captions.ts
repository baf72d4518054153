import { endsArticle } from './article-ends.js';
import { isItem, isOpenText, isRunningText, left, type Sorted } from './items.js';
import { isPhotoCredit, LONGEST_CAPTION } from './line-kinds.js';

/** The title of a picture stands right above its caption; a credit on a line of its own belongs to the caption. */
export function sortCaptions(sorted: Sorted[]): void {
  sortCreditedCaptions(sorted);
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

/** A sentence with a photographer's name on the line right under it, below the end of an article, tells what its picture shows. */
function sortCreditedCaptions(sorted: Sorted[]): void {
  for (let at = 1; at < sorted.length - 1; at += 1) {
    const entry = sorted[at];
    const above = sorted[at - 1];
    const credit = sorted[at + 1];
    if (entry === undefined || !isItem(entry, 'text', 'head') || entry.text.length > LONGEST_CAPTION)
      continue;
    if (!isPhotoByline(credit) || credit?.fragment.gap !== 0 || !isRunningText(above)) continue;
    if (above !== undefined && endsArticle(above.text)) sorted[at] = left(entry, 'caption');
  }
}
