import { setTimeout as delay } from 'node:timers/promises';
import { FULL_BELOW, shortage, spaceOf, type Space } from '../disk/free-space.js';

const EVERY_MS = 2_000;
/** While it is short it is said again after this. */
const AGAIN_MS = 60 * 60_000;

export interface DiskWatchOptions {
  dataDir: string;
  /** Bytes. */
  warnBelow: number;
  say: (line: string) => void;
  /** Called when a disk that was full has room again. */
  onRoom: () => Promise<void>;
  /** Of the data folder's disk; for specs. */
  space?: () => Promise<Space>;
  everyMs?: number;
}

/** Says when the disk of the data folder gets full, and when it has room again, until `signal` aborts. @returns waits for its end */
export function watchDisk(options: DiskWatchOptions, signal: AbortSignal): () => Promise<void> {
  const { dataDir, warnBelow, say, onRoom, space = () => spaceOf(dataDir), everyMs = EVERY_MS } = options;
  let said: 'nothing' | 'low' | 'full' = 'nothing';
  let saidAt = 0;
  let wasFull = false;

  async function look(): Promise<void> {
    const found = await space();
    const wrong = shortage(found, warnBelow);
    const now = wrong === null ? 'nothing' : found.free < FULL_BELOW ? 'full' : 'low';
    if (now !== said || (wrong !== null && performance.now() - saidAt > AGAIN_MS)) {
      say(wrong === null ? 'disk: there is room again' : `disk: ${wrong} (${dataDir}); see docs/runbook.md`);
      saidAt = performance.now();
    }
    said = now;
    if (now === 'full') wasFull = true;
    else if (wasFull) {
      wasFull = false;
      await onRoom();
    }
  }

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      // A file system that cannot be asked, or a server that does not start again: the next look may tell.
      await look().catch((error: unknown) => {
        say(`disk: ${error instanceof Error ? error.message : String(error)}`);
      });
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const watching = watch();
  return () => watching;
}
