import { startPostgres } from '@newsrelay/local-servers/postgres';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { openLedger, type Ledger } from './database.js';
import { migrate } from './migrate.js';

/** A ledger of its own on a real server; `close` takes both away. */
export interface TestLedger {
  ledger: Ledger;
  server: LocalServer;
  close: () => Promise<void>;
}

export async function openTestLedger(): Promise<TestLedger> {
  const data = temporaryDataDir();
  const server = await startPostgres({ dataDir: data.path, survivesPowerLoss: false });
  const ledger = openLedger({
    url: server.url,
    poolSize: 8,
    applicationName: 'spec',
    onIdleError: () => undefined,
  });
  await migrate(ledger);
  return {
    ledger,
    server,
    close: async () => {
      await ledger.destroy();
      await server.stop();
      await data.remove();
    },
  };
}
