import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SettingsError } from '@newsrelay/config/environment';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { makeDataFolder } from './data-folder.js';

describe('makeDataFolder', () => {
  let folder: TemporaryDataDir;
  beforeEach(() => {
    folder = temporaryDataDir();
  });
  afterEach(() => folder.remove());

  it('makes what is missing, leaves nothing in it, and takes one that is there', () => {
    const dataDir = join(folder.path, 'a', 'b');
    makeDataFolder(dataDir);
    makeDataFolder(dataDir);
    expect(readdirSync(dataDir)).toEqual([]);
    // PostgreSQL's own account passes through.
    expect(statSync(join(folder.path, 'a')).mode & 0o111).toBe(0o111);
  });

  it('refuses a file and what lies below one', () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    expect(() => {
      makeDataFolder(file);
    }).toThrow(`NEWSRELAY_DATA_DIR: ${file} cannot be the data folder, since it is a file`);
    expect(() => {
      makeDataFolder(join(file, 'a', 'b'));
    }).toThrow(`since ${file} is a file: set it to a folder that you can write to`);
  });

  // Node's recursive mkdir does not return there.
  (existsSync('/proc/self') ? it : it.skip)('comes back from a file system that takes no folder', () => {
    expect(() => {
      makeDataFolder('/proc/newsrelay/var');
    }).toThrow(SettingsError);
  });
});
