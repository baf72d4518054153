import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from '@newsrelay/config/environment';

/* A restore that did not come to its end leaves a folder that looks whole and lacks articles: it is never started on. */

export function markRestore(dataDir: string): void {
  writeFileSync(markOf(dataDir), '');
}

export function unmarkRestore(dataDir: string): void {
  rmSync(markOf(dataDir), { force: true });
}

export function isHalfRestored(dataDir: string): boolean {
  return existsSync(markOf(dataDir));
}

/** @throws SettingsError */
export function refuseHalfRestored(dataDir: string): void {
  if (!isHalfRestored(dataDir)) return;
  throw new SettingsError(
    `NEWSRELAY_DATA_DIR: a restore into ${dataDir} did not come to its end, so that articles may be missing: run ./newsrelay restore FILE once more`,
  );
}

function markOf(dataDir: string): string {
  return join(dataDir, 'restore-unfinished');
}
