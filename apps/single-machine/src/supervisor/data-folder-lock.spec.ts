import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identityOf } from '@newsrelay/local-servers/process-identity';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { FolderInUseError, lockDataFolder } from './data-folder-lock.js';

describe('lockDataFolder', () => {
  let folder: TemporaryDataDir;
  let lock: string;
  beforeEach(() => {
    folder = temporaryDataDir();
    lock = join(folder.path, 'launcher.lock');
  });
  afterEach(() => folder.remove());

  it('refuses a second launcher and names the first', () => {
    const first = lockDataFolder(folder.path);
    expect(() => lockDataFolder(folder.path)).toThrow(FolderInUseError);
    expect(() => lockDataFolder(folder.path)).toThrow(`in use by the Newsrelay process ${process.pid}`);
    first.release();
    expect(existsSync(lock)).toBe(false);
    lockDataFolder(folder.path).release();
  });

  it('takes over from a launcher that was killed', () => {
    writeFileSync(lock, JSON.stringify({ pid: 4_000_000, startedAt: 'before:1' }));
    const taken = lockDataFolder(folder.path);
    expect(taken.takenOverFrom).toBe(4_000_000);
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toEqual(identityOf(process.pid));
    taken.release();
  });

  it('is not fooled by a stranger with the pid of the former launcher', () => {
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      writeFileSync(lock, JSON.stringify({ pid: stranger.pid, startedAt: 'before:1' }));
      expect(lockDataFolder(folder.path).takenOverFrom).toBe(stranger.pid);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('takes over a lock that cannot be read', () => {
    writeFileSync(lock, '{"pid"');
    expect(lockDataFolder(folder.path).takenOverFrom).toBeNull();
  });
});
