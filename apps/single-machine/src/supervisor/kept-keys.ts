import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from '@newsrelay/config/environment';

const NEXT = 'encryption-key.next';

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

/**
 * The key that seals channel secrets at rest: without it they cannot be read again.
 *
 * @throws SettingsError when another key is given than the folder's secrets are sealed with
 */
export function encryptionKey(dataDir: string, given: string | null): KeptKey {
  const file = join(dataDir, 'encryption-key');
  const before = given === null ? null : read(file);
  if (given !== null && before !== null && !bytesOf(given).equals(bytesOf(before))) {
    throw new SettingsError(
      `NEWSRELAY_ENCRYPTION_KEY: it is another key than the one in ${file}, with which the channels' secrets are sealed: unset it, or, where the key was really changed, move that file away and enter the secrets anew`,
    );
  }
  return kept(file, given, () => randomBytes(32).toString('base64'));
}

/** What lies in the folder; null where nothing does. */
export function keptKeys(dataDir: string): { encryption: string | null; admin: string | null } {
  return { encryption: read(join(dataDir, 'encryption-key')), admin: read(join(dataDir, 'admin-key')) };
}

/** Lays keys of a backup into a folder that has none. */
export function keepKeys(
  dataDir: string,
  keys: { encryption: string | undefined; admin: string | undefined },
): void {
  for (const [name, value] of Object.entries({
    'encryption-key': keys.encryption,
    'admin-key': keys.admin,
  })) {
    if (value !== undefined) kept(join(dataDir, name), null, () => value);
  }
}

/** The key that is to come, made once: a rotation that broke off goes on with the same. */
export function nextEncryptionKey(dataDir: string): KeptKey {
  return kept(join(dataDir, NEXT), null, () => randomBytes(32).toString('base64'));
}

/** The next key becomes the key; the one before is laid beside it. */
export function takeNextEncryptionKey(dataDir: string): void {
  const file = join(dataDir, 'encryption-key');
  rmSync(`${file}.old`, { force: true });
  if (existsSync(file)) linkSync(file, `${file}.old`);
  renameSync(join(dataDir, NEXT), file);
}

/** For one that nothing is sealed with, and one that is kept elsewhere. */
export function dropNextEncryptionKey(dataDir: string): void {
  rmSync(join(dataDir, NEXT), { force: true });
}

/** @throws SettingsError where secrets may be sealed with a key that is not the folder's yet */
export function refuseHalfRotated(dataDir: string): void {
  if (!existsSync(join(dataDir, NEXT))) return;
  throw new SettingsError(
    `NEWSRELAY_DATA_DIR: a change of the encryption key in ${dataDir} did not come to its end: run ./newsrelay rotate-encryption-key once more`,
  );
}

function kept(file: string, given: string | null, make: () => string): KeptKey {
  if (given !== null) return { value: given, file: null, fresh: false };
  const before = read(file);
  if (before !== null) return { value: before, file, fresh: false };
  const value = make();
  rmSync(file, { force: true });
  // The name appears with the whole key or not at all.
  writeFileSync(`${file}.new`, `${value}\n`, { mode: 0o600 });
  linkSync(`${file}.new`, file);
  rmSync(`${file}.new`);
  return { value, file, fresh: true };
}

/** The key in a file; null where none was made. A full disk can leave an empty file. */
function read(file: string): string | null {
  try {
    const value = readFileSync(file, 'utf8').trim();
    return value === '' ? null : value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The same key may be written in hex and in both alphabets of base64. */
function bytesOf(key: string): Buffer {
  return Buffer.from(key, /^[0-9a-f]{64}$/i.test(key) ? 'hex' : 'base64');
}
