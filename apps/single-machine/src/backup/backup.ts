import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { SettingsError } from '@newsrelay/config/environment';
import type { LauncherSettings } from '@newsrelay/config/launcher';
import { writeBackupFile } from '@newsrelay/ledger/backup/backup-file';
import { dumpLedger } from '@newsrelay/ledger/backup/dump-ledger';
import { runningPostgres } from '@newsrelay/local-servers/postgres';
import { parseEncryptionKey, Sealing } from '@newsrelay/sealing/seal';
import { VERSION } from '@newsrelay/service-process/version';
import { keptKeys, refuseHalfRotated } from '../supervisor/kept-keys.js';
import { refuseHalfRestored } from '../supervisor/restore-mark.js';
import type { Terminal } from '../terminal.js';
import { fileAndOptions } from './arguments.js';
import { inOneLine } from './in-one-line.js';
import { withOwnLedger } from './own-ledger.js';

/**
 * `./newsrelay backup FILE`: the ledger and the keys in one file that only its owner can read. Newsrelay may run.
 *
 * @returns the exit code: 0, 1 when it failed
 * @throws SettingsError for arguments and settings that cannot be used
 */
export async function runBackup(
  settings: LauncherSettings,
  terminal: Terminal,
  args: readonly string[],
): Promise<number> {
  const { file, given } = fileAndOptions('backup', args, ['--without-keys']);
  const path = resolve(file);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined)
    throw new SettingsError(`${path} is there already: name a file that is not`);
  refuseHalfRestored(settings.dataDir);
  refuseHalfRotated(settings.dataDir);
  const kept = keptKeys(settings.dataDir);
  const encryptionKey = settings.encryptionKey ?? kept.encryption;
  if (encryptionKey === null) {
    throw new SettingsError(
      `NEWSRELAY_DATA_DIR: ${settings.dataDir} holds no encryption key, so nothing was ever started on it: set it to the folder that is to be backed up`,
    );
  }
  const keys = given.has('--without-keys')
    ? {}
    : {
        ...(kept.encryption === null ? {} : { encryption: kept.encryption }),
        ...(kept.admin === null ? {} : { admin: kept.admin }),
      };
  const encryptionKeyId = new Sealing(parseEncryptionKey(encryptionKey)).keyId;
  const running = settings.databaseUrl ?? runningPostgres(settings.dataDir);
  return inOneLine(terminal, 'The backup was not made', () => {
    const backUp = async (url: string): Promise<void> => {
      const lines = dumpLedger(url, { version: VERSION, encryptionKeyId, keys });
      await terminal.during('backing up', writeBackupFile(path, lines));
      terminal.say(`Backed up to ${path} (${(statSync(path).size / 1e6).toFixed(1)} MB).`);
      terminal.say(
        'encryption' in keys
          ? '  It holds the encryption key and the admin key: whoever can read it can read the secrets of all channels.'
          : '  The encryption key is not in it. Keep that key elsewhere: without it the secrets of all channels are lost.',
      );
    };
    return running === undefined ? withOwnLedger(settings, terminal, backUp) : backUp(running);
  });
}
