import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from '@newsrelay/local-servers/process-identity';
import { makeDataFolder } from './data-folder.js';

/** Another launcher works on the data folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  constructor(
    dataDir: string,
    readonly pid: number,
  ) {
    super(
      `${dataDir} is in use by the Newsrelay process ${pid}: stop that one (kill ${pid}), or set NEWSRELAY_DATA_DIR to another folder`,
    );
  }
}

export interface FolderLock {
  /** Pid of a launcher that was killed and left this lock, if one did. */
  readonly takenOverFrom: number | null;
  release(): void;
}

/**
 * Makes this process the only launcher on a data folder. The lock of a launcher that no longer runs is taken
 * over; of two that start at once one wins.
 *
 * @throws FolderInUseError; SettingsError when the folder cannot be made or written
 */
export function lockDataFolder(dataDir: string): FolderLock {
  const lock = join(dataDir, 'launcher.lock');
  const own = identityOf(process.pid);
  if (own === undefined) throw new Error('this process cannot be identified');
  makeDataFolder(dataDir);
  const written = join(dataDir, `launcher.lock.${process.pid}`);
  writeFileSync(written, JSON.stringify(own), { mode: 0o600 });
  let takenOverFrom: number | null = null;
  try {
    for (;;) {
      try {
        // Unlike a rename, a link never replaces what is there.
        linkSync(written, lock);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(lock);
      if (holder !== undefined && isRunning(holder)) throw new FolderInUseError(dataDir, holder.pid);
      takenOverFrom = holder?.pid ?? takenOverFrom;
      putAside(lock, holder, dataDir);
    }
  } finally {
    rmSync(written, { force: true });
  }
  return {
    takenOverFrom,
    release: () => {
      if (readHolder(lock)?.startedAt === own.startedAt) rmSync(lock, { force: true });
    },
  };
}

/** Takes a dead launcher's lock away, but not the one that another starter laid in its place meanwhile. */
function putAside(lock: string, dead: ProcessIdentity | undefined, dataDir: string): void {
  const aside = `${lock}.${process.pid}.dead`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== undefined && moved.startedAt !== dead?.startedAt && isRunning(moved)) {
    linkSync(aside, lock);
    rmSync(aside, { force: true });
    throw new FolderInUseError(dataDir, moved.pid);
  }
  rmSync(aside, { force: true });
}

function readHolder(lock: string): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(readFileSync(lock, 'utf8')) as Partial<ProcessIdentity>;
    const { pid, startedAt } = holder;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}
