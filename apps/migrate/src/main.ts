import { readEnvironment, SettingsError } from '@newsrelay/config/environment';
import { migrateSettings } from '@newsrelay/config/processes';
import { createLogger } from '@newsrelay/telemetry/logger';
import { migrateOnce } from './migrate-once.js';

/*
 * The migration job: status 0 once the schema is what this version needs, 1 and a line that says why if not. Run it before
 * the services of a new version; services with NEWSRELAY_MIGRATE=wait wait for it.
 */

try {
  const settings = readEnvironment(migrateSettings);
  const logger = createLogger('migrate', settings.NEWSRELAY_LOG_LEVEL);
  process.exitCode = await migrateOnce({
    url: settings.DATABASE_URL,
    timeoutMs: settings.NEWSRELAY_MIGRATE_TIMEOUT * 1_000,
    logger,
  });
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
