import { setTimeout as delay } from 'node:timers/promises';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when the launcher itself ended the process. */
  readonly expected: boolean;
}

/** A process that can be started again where it was: a server or a service. */
export interface Restartable {
  readonly name: string;
  restart(): Promise<void>;
  onExit(listener: (exit: Exit) => void): () => void;
}

/** Milliseconds before the first, second, … start in a row; the last one repeats. */
const BACKOFF_MS = [100, 500, 1000, 2000, 5000, 10_000, 30_000];

/** A process that ran this long starts at the first delay again, in milliseconds. */
const STABLE_MS = 60_000;

/**
 * Starts a process again whenever it ends unasked, and says so, until `signal` aborts.
 *
 * @returns waits until no start is under way any more; to be awaited after the abort
 */
export function keepRunning(
  part: Restartable,
  say: (line: string) => void,
  signal: AbortSignal,
  backoffMs: readonly number[] = BACKOFF_MS,
): () => Promise<void> {
  let under: Promise<void> = Promise.resolve();
  let restarting = false;
  let inARow = 0;
  let runningSince = performance.now();

  async function startAgain(exit: Exit): Promise<void> {
    const from = performance.now();
    if (from - runningSince >= STABLE_MS) inARow = 0;
    say(`${part.name} ended unasked (${describeExit(exit)}); starting it again`);
    for (;;) {
      const pause = backoffMs[Math.min(inARow, backoffMs.length - 1)] ?? 0;
      inARow += 1;
      try {
        await delay(pause, undefined, { signal });
      } catch {
        return;
      }
      try {
        await part.restart();
        break;
      } catch (error) {
        if (signal.aborted) return;
        say(`${part.name} does not start: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    runningSince = performance.now();
    say(`${part.name} runs again after ${((runningSince - from) / 1000).toFixed(1)} s`);
  }

  const forget = part.onExit((exit) => {
    // While a start is under way its own failures are its matter.
    if (exit.expected || signal.aborted || restarting) return;
    restarting = true;
    under = startAgain(exit).finally(() => {
      restarting = false;
    });
  });
  signal.addEventListener('abort', () => {
    forget();
  });
  return () => under;
}

export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
