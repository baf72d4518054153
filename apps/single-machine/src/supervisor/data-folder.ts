import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SettingsError } from '@newsrelay/config/environment';

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'is a file',
  ENOTDIR: 'is a file',
  EROFS: 'is on a file system that can only be read',
  EACCES: 'is not open to this user',
  EPERM: 'is not open to this user',
  ENOSPC: 'is on a full disk',
};

/**
 * Makes the data folder where it is missing, and writes to it once.
 *
 * @param dataDir absolute
 * @throws SettingsError that names NEWSRELAY_DATA_DIR, the path at fault and the fix
 */
export function makeDataFolder(dataDir: string): void {
  // Step by step: Node's recursive mkdir never returns where a file system takes no folder at all, as /proc.
  for (const folder of missingFolders(dataDir)) {
    attempt(dataDir, folder, () => {
      try {
        mkdirSync(folder, { mode: 0o711 });
      } catch (error) {
        // Another process may make it meanwhile.
        if (codeOf(error) !== 'EEXIST' || !isFolder(folder)) throw error;
      }
    });
  }
  const probe = join(dataDir, `.newsrelay-can-write.${process.pid}`);
  attempt(dataDir, dataDir, () => {
    writeFileSync(probe, '');
    rmSync(probe);
  });
}

/** What is to be made, the uppermost first. */
function missingFolders(dataDir: string): string[] {
  const missing: string[] = [];
  let at = dataDir;
  // The root folder ends it: it is always there.
  while (!attempt(dataDir, at, () => isFolder(at))) {
    missing.unshift(at);
    at = dirname(at);
  }
  return missing;
}

/** @throws the error of a path that is there and no folder, or that cannot be looked at */
function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (!found.isDirectory()) throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR' });
  return true;
}

function attempt<T>(dataDir: string, at: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const code = codeOf(error);
    const reason = REASONS[code] ?? `cannot be made or written (${code})`;
    const where = at === dataDir ? 'it' : at;
    throw new SettingsError(
      `NEWSRELAY_DATA_DIR: ${dataDir} cannot be the data folder, since ${where} ${reason}: set it to a folder that you can write to`,
    );
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
