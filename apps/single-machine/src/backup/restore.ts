import { resolve } from 'node:path';
import { SettingsError } from '@newsrelay/config/environment';
import type { LauncherSettings } from '@newsrelay/config/launcher';
import { checkBackupFile, type BackupHeader } from '@newsrelay/ledger/backup/backup-file';
import { loadLedger, type Restored } from '@newsrelay/ledger/backup/load-ledger';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import { parseEncryptionKey, Sealing } from '@newsrelay/sealing/seal';
import { endLeftChild } from '../supervisor/child-service.js';
import { lockDataFolder } from '../supervisor/data-folder-lock.js';
import { keepKeys } from '../supervisor/kept-keys.js';
import { endLeftServers } from '../supervisor/left-servers.js';
import { isHalfRestored, markRestore, unmarkRestore } from '../supervisor/restore-mark.js';
import type { Terminal } from '../terminal.js';
import { fileAndOptions } from './arguments.js';
import { inOneLine } from './in-one-line.js';
import { holdsSomething, putAside, removeHalfRestored } from './put-aside.js';

const REPLACE = '--replace';
const WITHOUT_SECRETS = '--without-secrets';

/**
 * `./newsrelay restore FILE`: a data folder, or the database that DATABASE_URL names, as the backup has it. Nothing is
 * started; what waits is delivered by the next start.
 *
 * @returns the exit code: 0, 1 when it failed
 * @throws SettingsError for arguments and settings that cannot be used; FolderInUseError
 */
export async function runRestore(
  settings: LauncherSettings,
  terminal: Terminal,
  args: readonly string[],
): Promise<number> {
  const { file, given } = fileAndOptions('restore', args, [REPLACE, WITHOUT_SECRETS]);
  const path = resolve(file);
  return inOneLine(terminal, 'Nothing was restored', async () => {
    const { header } = await terminal.during('reading the backup', checkBackupFile(path));
    checkEncryptionKey(header, settings, given.has(WITHOUT_SECRETS));
    const lock = lockDataFolder(settings.dataDir);
    try {
      await restore(path, header, settings, terminal, given.has(REPLACE));
    } finally {
      lock.release();
    }
  });
}

async function restore(
  path: string,
  header: BackupHeader,
  settings: LauncherSettings,
  terminal: Terminal,
  replace: boolean,
): Promise<void> {
  const { dataDir } = settings;
  for (const name of ['http', 'workers']) await endLeftChild(dataDir, name);
  await endLeftServers(dataDir, terminal.say);
  if (isHalfRestored(dataDir)) {
    removeHalfRestored(dataDir);
  } else if (holdsSomething(dataDir)) {
    if (!replace) {
      throw new SettingsError(
        `NEWSRELAY_DATA_DIR: ${dataDir} is not empty: set it to a new folder, or say ${REPLACE}, which puts aside what is there`,
      );
    }
    terminal.say(`What was in ${dataDir} lies in ${putAside(dataDir)} now.`);
  }
  markRestore(dataDir);
  const restored = await load(path, settings, terminal);
  keepKeys(dataDir, {
    encryption: settings.encryptionKey === null ? header.keys.encryption : undefined,
    admin: settings.adminKey === null ? header.keys.admin : undefined,
  });
  unmarkRestore(dataDir);
  tell(header, restored, terminal);
}

async function load(path: string, settings: LauncherSettings, terminal: Terminal): Promise<Restored> {
  const { dataDir, databaseUrl } = settings;
  if (databaseUrl !== null) return terminal.during('restoring', loadLedger(databaseUrl, path));
  const server = await terminal.during('starting postgres', startPostgres({ dataDir, say: terminal.say }));
  try {
    return await terminal.during('restoring', loadLedger(server.url, path));
  } finally {
    await server.stop();
  }
}

function checkEncryptionKey(header: BackupHeader, settings: LauncherSettings, withoutSecrets: boolean): void {
  const key = settings.encryptionKey ?? header.keys.encryption;
  if (withoutSecrets) return;
  if (key === undefined) {
    throw new SettingsError(
      `NEWSRELAY_ENCRYPTION_KEY: the backup does not hold the encryption key: set it to the one with the id ${header.encryptionKeyId}; if that is lost, say ${WITHOUT_SECRETS} and enter the secrets of all channels anew`,
    );
  }
  const { keyId } = new Sealing(parseEncryptionKey(key));
  if (keyId !== header.encryptionKeyId) {
    throw new SettingsError(
      `NEWSRELAY_ENCRYPTION_KEY: it is the key ${keyId}, and the secrets in the backup are sealed with ${header.encryptionKeyId}: set that one, or say ${WITHOUT_SECRETS} and enter the secrets of all channels anew`,
    );
  }
}

function tell(header: BackupHeader, restored: Restored, { say }: Terminal): void {
  const hours = (Date.now() - Date.parse(header.madeAt)) / 3_600_000;
  const count = (table: string) => restored[table] ?? 0;
  say(
    `Restored ${count('articles')} articles, ${count('channels')} channels, ${count('deliveries')} deliveries as of ${header.madeAt} (${hours.toFixed(1)} h ago).`,
  );
  say('  What was taken in, corrected or withdrawn since then is not in it. Before ./newsrelay start, read');
  say('  docs/runbook.md, "restore": what was withdrawn since then has to be withdrawn again.');
}
