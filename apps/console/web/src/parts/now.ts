import { useSyncExternalStore } from 'react';

const EVERY_MS = 10_000;
let now = Date.now();
const hearers = new Set<() => void>();
let timer: number | undefined;

function hear(told: () => void): () => void {
  hearers.add(told);
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const each of hearers) each();
  }, EVERY_MS);
  return () => {
    hearers.delete(told);
    if (hearers.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** The time, and again every ten seconds, by one clock for the page. Milliseconds since 1970. */
export function useNow(): number {
  return useSyncExternalStore(hear, () => now);
}
