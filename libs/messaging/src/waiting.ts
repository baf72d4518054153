import { setTimeout as delay } from 'node:timers/promises';

/** Waits `ms` milliseconds, or until the signal is aborted; never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

/** Asks anew; the type checker takes `signal.aborted` for settled by an earlier condition, across awaits. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
