import { isRunningText, textItem, type Sorted } from './items.js';
import { namesPicture } from './line-kinds.js';

/** Marks that papers set before a caption as well as before the items of a list. */
const MARK = /^[▲△▼▽►▶◄◀]/u;

/**
 * ▲新建公办幼儿园3所。 below a colon, or beside another with the same mark, and nothing that names a picture: items of a
 * list. Without a colon above they can be several short pieces of news as well, and then the editor is shown them.
 */
export function sortMarkedLists(sorted: Sorted[]): void {
  for (let from = 0; from < sorted.length; from += 1) {
    const mark = markOf(sorted[from]);
    if (mark === null) continue;
    let to = from;
    while (markOf(sorted[to]) === mark) to += 1;
    const above = sorted[from - 1];
    const announced = above !== undefined && isRunningText(above) && /[：:]$/u.test(above.text);
    if (announced || to - from > 1) {
      for (const [offset, entry] of sorted.slice(from, to).entries()) {
        const item = textItem(entry, announced ? 'closed' : 'text');
        sorted[from + offset] = announced ? item : { ...item, interrupts: true };
      }
    }
    from = to - 1;
  }
}

function markOf(entry: Sorted | undefined): string | null {
  if (entry?.to !== 'left' || entry.reason !== 'caption' || namesPicture(entry.text)) return null;
  return MARK.exec(entry.text)?.[0] ?? null;
}
