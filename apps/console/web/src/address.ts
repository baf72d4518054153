import { useSyncExternalStore } from 'react';

/** Where in the page somebody is. All of it is in the address: the back button, a reload and a link lead to the same. */
export interface Place {
  screen: string;
  parameters: URLSearchParams;
}

const EVENT = 'newsrelay:address';

function hear(told: () => void): () => void {
  window.addEventListener('popstate', told);
  window.addEventListener(EVENT, told);
  return () => {
    window.removeEventListener('popstate', told);
    window.removeEventListener(EVENT, told);
  };
}

/** The parameters of the address, and again whenever they change. */
export function useAddress(): URLSearchParams {
  const search = useSyncExternalStore(hear, () => window.location.search);
  return new URLSearchParams(search);
}

export type Changes = Record<string, string | null>;

/** The address with some parameters changed; null takes one away. */
export function addressWith(changes: Changes, from = window.location.search): string {
  const parameters = new URLSearchParams(from);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') parameters.delete(name);
    else parameters.set(name, value);
  }
  const search = parameters.toString();
  return search === '' ? '/' : `/?${search}`;
}

/** Goes there as a new entry of the history, or in the place of the present one. */
export function go(changes: Changes, how: 'push' | 'replace' = 'push'): void {
  const to = addressWith(changes);
  if (to === `${window.location.pathname}${window.location.search}`) return;
  if (how === 'push') window.history.pushState({ within: true }, '', to);
  else window.history.replaceState(window.history.state, '', to);
  window.dispatchEvent(new Event(EVENT));
}

/** Back to where a drawer was opened from; where it was opened by its address, to the same without it. */
export function leave(changes: Changes): void {
  const state: unknown = window.history.state;
  if (typeof state === 'object' && state !== null && 'within' in state) window.history.back();
  else go(changes, 'replace');
}
