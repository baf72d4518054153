import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KeptKey {
  readonly value: string;
  /** Where it lies; null when it was given by a setting and is not kept. */
  readonly file: string | null;
  /** True at the start that made it. */
  readonly fresh: boolean;
}

/** The first API key: readable by the folder's owner only, made once. */
export function adminKey(dataDir: string, given: string | null): KeptKey {
  return kept(join(dataDir, 'admin-key'), given, () => `nrk_${randomBytes(24).toString('base64url')}`);
}

/** The key that seals channel secrets at rest: without it they cannot be read again. */
export function encryptionKey(dataDir: string, given: string | null): KeptKey {
  return kept(join(dataDir, 'encryption-key'), given, () => randomBytes(32).toString('base64'));
}

function kept(file: string, given: string | null, make: () => string): KeptKey {
  if (given !== null) return { value: given, file: null, fresh: false };
  try {
    const value = readFileSync(file, 'utf8').trim();
    if (value !== '') return { value, file, fresh: false };
    // A full disk can leave an empty file; a key was never made then.
    rmSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const value = make();
  // The name appears with the whole key or not at all.
  writeFileSync(`${file}.new`, `${value}\n`, { mode: 0o600 });
  linkSync(`${file}.new`, file);
  rmSync(`${file}.new`);
  return { value, file, fresh: true };
}
