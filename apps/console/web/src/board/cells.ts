import type { BoardArticle, BoardCell } from '../api/shapes.js';

/** What needs a look first, then what moves, then what is done; what never concerned an outlet last. */
const ORDER = ['problem', 'waiting', 'done', 'none'] as const;

export function byUrgency(cells: readonly BoardCell[]): BoardCell[] {
  return [...cells].sort(
    (one, other) =>
      ORDER.indexOf(one.standing) - ORDER.indexOf(other.standing) || one.channel.localeCompare(other.channel),
  );
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
