import { setTimeout as delay } from 'node:timers/promises';
import { isLedgerUnavailable, openLedger } from '@newsrelay/ledger/database';
import { isMigrated, migrate } from '@newsrelay/ledger/migrate';
import type { Logger } from '@newsrelay/telemetry/logger';

export interface MigrationRun {
  /** Of PostgreSQL. */
  url: string;
  /** For how long a PostgreSQL that does not answer is waited for, milliseconds. */
  timeoutMs: number;
  logger: Logger;
}

const AGAIN_MS = 500;

/** Brings the schema up to date. @returns the status to end with: 0 if the schema is there, 1 if not, with the reason logged */
export async function migrateOnce({ url, timeoutMs, logger }: MigrationRun): Promise<0 | 1> {
  const ledger = openLedger({
    url,
    poolSize: 2,
    applicationName: 'newsrelay-migrate',
    unlimited: true,
    onIdleError: (error) => {
      logger.warn({ reason: error.message }, 'a connection to PostgreSQL broke');
    },
  });
  const deadline = performance.now() + timeoutMs;
  try {
    for (;;) {
      try {
        if (await isMigrated(ledger)) {
          logger.info('the schema is up to date already');
          return 0;
        }
        await migrate(ledger);
        logger.info('the schema is up to date now');
        return 0;
      } catch (error) {
        if (!isLedgerUnavailable(error)) {
          logger.error({ err: error }, 'the migration failed and nothing of it is applied');
          return 1;
        }
        if (performance.now() >= deadline) {
          const reason = error instanceof Error ? error.message : String(error);
          logger.error({ reason }, 'PostgreSQL cannot be reached: check DATABASE_URL and the server');
          return 1;
        }
        await delay(AGAIN_MS);
      }
    }
  } finally {
    await ledger.destroy();
  }
}
