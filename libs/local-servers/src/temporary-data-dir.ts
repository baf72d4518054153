import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the folders are named, so that a test run can find what an earlier, killed one left. */
export const TEMPORARY_PREFIX = 'newsrelay-test-';

export interface TemporaryDataDir {
  readonly path: string;
  remove(): Promise<void>;
}

/** A fresh data folder for a test, open enough for PostgreSQL's own account to enter when root runs it. */
export function temporaryDataDir(): TemporaryDataDir {
  const path = mkdtempSync(join(tmpdir(), TEMPORARY_PREFIX));
  chmodSync(path, 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
