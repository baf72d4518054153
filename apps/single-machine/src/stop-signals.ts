import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals {
  /** Resolves with the first signal that asks this process to end. */
  readonly first: Promise<NodeJS.Signals>;
  /** Resolves with the second one: whoever asked does not want to wait. */
  readonly second: Promise<NodeJS.Signals>;
}

/** Listens for Ctrl-C, `kill`, and the end of the terminal. */
export function stopSignals(): StopSignals {
  const first = Promise.withResolvers<NodeJS.Signals>();
  const second = Promise.withResolvers<NodeJS.Signals>();
  let asked = false;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      (asked ? second : first).resolve(signal);
      asked = true;
    });
  }
  return { first: first.promise, second: second.promise };
}

/** How shells name an end by a signal: 128 and its number. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
