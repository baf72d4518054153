import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Below this PostgreSQL may be unable to begin its next file (16 MB of write-ahead log), and NATS to store an event. Bytes. */
export const FULL_BELOW = 32 * 1024 * 1024;

export interface Space {
  /** What this user may still write, bytes. */
  readonly free: number;
  readonly size: number;
}

/** Space of the data folder's disk, or of PostgreSQL's where that lies elsewhere and has less. @throws the file system's error */
export async function spaceOf(dataDir: string): Promise<Space> {
  const spaces = await Promise.all(
    foldersOf(dataDir).map(async (folder) => {
      const { bavail, blocks, bsize } = await statfs(folder);
      return { free: bavail * bsize, size: blocks * bsize };
    }),
  );
  return spaces.reduce((least, space) => (space.free < least.free ? space : least));
}

function foldersOf(dataDir: string): string[] {
  const note = join(dataDir, 'postgres-lies-in');
  const outside = existsSync(note) ? readFileSync(note, 'utf8').trim() : '';
  return existsSync(outside) ? [dataDir, outside] : [dataDir];
}

/** What is wrong with it, for people; null if nothing is. */
export function shortage({ free }: Space, warnBelow: number): string | null {
  if (free >= Math.max(warnBelow, FULL_BELOW)) return null;
  const left = `${(free / 1e6).toFixed(0)} MB are free on the disk of the data folder`;
  return free < FULL_BELOW
    ? `the disk is full: ${left}; intake answers 503 until there is room`
    : `the disk is nearly full: ${left}`;
}
