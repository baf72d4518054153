import type { LauncherSettings } from '@newsrelay/config/launcher';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import { endLeftChild } from '../supervisor/child-service.js';
import { lockDataFolder } from '../supervisor/data-folder-lock.js';
import { endLeftServers } from '../supervisor/left-servers.js';
import type { Terminal } from '../terminal.js';

/**
 * Works on the ledger of a data folder that nothing else works on: on the database that a setting names, or on the
 * folder's own, started for this alone.
 *
 * @throws FolderInUseError while Newsrelay runs; what `work` throws
 */
export async function withOwnLedger(
  { dataDir, databaseUrl }: LauncherSettings,
  terminal: Terminal,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const lock = lockDataFolder(dataDir);
  try {
    for (const name of ['http', 'workers']) await endLeftChild(dataDir, name);
    await endLeftServers(dataDir, terminal.say);
    if (databaseUrl !== null) {
      await work(databaseUrl);
      return;
    }
    const server = await terminal.during('starting postgres', startPostgres({ dataDir, say: terminal.say }));
    try {
      await work(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    lock.release();
  }
}
