import { randomBytes } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SettingsError } from '@newsrelay/config/environment';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { adminKey, encryptionKey } from './kept-keys.js';

describe('kept keys', () => {
  let folder: TemporaryDataDir;
  beforeEach(() => {
    folder = temporaryDataDir();
  });
  afterEach(() => folder.remove());

  it('are made once, kept for their owner only, and found again', () => {
    const first = adminKey(folder.path, null);
    expect(first.fresh).toBe(true);
    expect(first.value).toMatch(/^nrk_[\w-]{32}$/);
    expect(statSync(join(folder.path, 'admin-key')).mode & 0o777).toBe(0o600);
    expect(adminKey(folder.path, null)).toEqual({ ...first, fresh: false });
  });

  it('seal with 32 bytes', () => {
    expect(Buffer.from(encryptionKey(folder.path, null).value, 'base64')).toHaveLength(32);
  });

  it('give way to a setting, which is not kept', () => {
    expect(adminKey(folder.path, 'given by the operator')).toEqual({
      value: 'given by the operator',
      file: null,
      fresh: false,
    });
    expect(adminKey(folder.path, null).fresh).toBe(true);
  });

  it('take an encryption key that is set only where it is the kept one, in whatever spelling', () => {
    const { value } = encryptionKey(folder.path, null);
    const bytes = Buffer.from(value, 'base64');
    for (const same of [value, bytes.toString('base64url'), bytes.toString('hex').toUpperCase()]) {
      expect(encryptionKey(folder.path, same).value).toBe(same);
    }
    const file = join(folder.path, 'encryption-key');
    const other = (): unknown => encryptionKey(folder.path, randomBytes(32).toString('base64'));
    expect(other).toThrow(SettingsError);
    expect(other).toThrow(`NEWSRELAY_ENCRYPTION_KEY: it is another key than the one in ${file}`);
    expect(adminKey(folder.path, null).fresh).toBe(true);
    expect(adminKey(folder.path, 'another admin key').value).toBe('another admin key');
  });

  it('are made again where a full disk left an empty file', () => {
    writeFileSync(join(folder.path, 'admin-key'), '');
    expect(adminKey(folder.path, null).fresh).toBe(true);
  });
});
