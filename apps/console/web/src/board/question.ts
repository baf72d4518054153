import type { BoardQuestion } from '../api/questions.js';
import type { BoardView } from '../api/shapes.js';

export const VIEWS = [
  'held',
  'problem',
  'active',
  'all',
  'withdrawn',
] as const satisfies readonly BoardView[];

/** What the address asks of the board. Without a view it is what waits for a person, if anything does. */
export function boardQuestion(address: URLSearchParams): BoardQuestion {
  const view = VIEWS.find((name) => name === address.get('view'));
  return {
    view: view ?? 'held',
    channel: address.get('channel'),
    section: address.get('section'),
    q: address.get('q'),
    cursor: address.get('cursor'),
  };
}
