import type { BoardArticle, BoardCell } from '../api/shapes.js';

/** What needs a look first, then what moves, then what is done; what never concerned an outlet last. */
const ORDER = ['problem', 'waiting', 'done', 'none'] as const;

export function byUrgency(cells: readonly BoardCell[]): BoardCell[] {
  return [...cells].sort(
    (one, other) => rankOf(one) - rankOf(other) || one.channel.localeCompare(other.channel),
  );
}

/** Among problems: what waits for a person, what is tried again by itself, what a pause holds back. */
function rankOf({ standing, state }: BoardCell): number {
  const byItself = state === 'retrying' ? 1 : state === 'queued' ? 2 : 0;
  return ORDER.indexOf(standing) * 3 + (standing === 'problem' ? byItself : 0);
}

/** Those of one reason together, in the order of the first of each: an outage of many outlets is one line. */
export function byReason(cells: readonly BoardCell[]): BoardCell[][] {
  const groups = new Map<string, BoardCell[]>();
  for (const cell of cells) {
    // A pause has a reason of each channel's own.
    const key = cell.state === 'queued' ? `paused ${cell.channel}` : `${cell.state} ${cell.reason ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()];
}

/** Deliveries that may be tried again without a second thought. Of unknown outcome ones a person looks first. */
export function retryable(cells: readonly BoardCell[]): BoardCell[] {
  return cells.filter(
    ({ state, standing }) => standing === 'problem' && (state === 'dead' || state === 'retrying'),
  );
}

/** A withdrawn article counts what is taken down, any other what has arrived. */
export function isTakenDown({ state, cells }: Pick<BoardArticle, 'state' | 'cells'>): boolean {
  return (
    state === 'withdrawn' ||
    cells.some(({ action, standing }) => action === 'withdraw' && standing !== 'none')
  );
}
