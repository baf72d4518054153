import { sql } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { BackupError } from './backup/backup-file.js';
import type { Ledger } from './database.js';
import * as ledger0001 from './migrations/0001-ledger.js';
import * as distributed0002 from './migrations/0002-distributed.js';
import * as feedDates0003 from './migrations/0003-feed-dates.js';
import * as keys0004 from './migrations/0004-keys.js';
import * as platformState0005 from './migrations/0005-platform-state.js';
import * as traceContext0006 from './migrations/0006-trace-context-and-figures.js';
import * as board0007 from './migrations/0007-board.js';
import * as retention0008 from './migrations/0008-retention.js';
import * as engine0009 from './migrations/0009-engine.js';
import * as alarms0010 from './migrations/0010-alarms.js';
import * as replays0011 from './migrations/0011-replays.js';
import * as takedowns0012 from './migrations/0012-takedowns.js';
import * as feedLog0013 from './migrations/0013-feed-log.js';
import * as hub0014 from './migrations/0014-hub.js';
import * as partners0015 from './migrations/0015-partners.js';
import * as sitemap0017 from './migrations/0017-sitemap.js';

/** In order of name; a migration that was released is never edited, a new one is added. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-ledger': ledger0001,
  '0002-distributed': distributed0002,
  '0003-feed-dates': feedDates0003,
  '0004-keys': keys0004,
  '0005-platform-state': platformState0005,
  '0006-trace-context-and-figures': traceContext0006,
  '0007-board': board0007,
  '0008-retention': retention0008,
  '0009-engine': engine0009,
  '0010-alarms': alarms0010,
  '0011-replays': replays0011,
  '0012-takedowns': takedowns0012,
  '0013-feed-log': feedLog0013,
  '0014-hub': hub0014,
  '0015-partners': partners0015,
  '0017-sitemap': sitemap0017,
};

/** Brings the schema up to date; safe to call from many processes at once (advisory lock). Throws if one fails, with nothing of it applied. */
export async function migrate(ledger: Ledger): Promise<void> {
  const migrator = new Migrator({
    db: ledger,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error(JSON.stringify(error));
}

/**
 * Brings an empty database to the schema of a backup, which may be an older one.
 *
 * @throws BackupError if this build does not know one of the migrations
 */
export async function migrateAsFarAs(ledger: Ledger, names: readonly string[]): Promise<void> {
  const known = Object.entries(MIGRATIONS).filter(([name]) => names.includes(name));
  if (known.length < names.length) {
    const unknown = names.filter((name) => !(name in MIGRATIONS)).join(', ');
    throw new BackupError(`the backup is of a newer Newsrelay (it has ${unknown}): update Newsrelay first`);
  }
  const provider = { getMigrations: () => Promise.resolve(Object.fromEntries(known)) };
  const { error } = await new Migrator({ db: ledger, provider }).migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error(JSON.stringify(error));
}

/** True once the schema is what this build needs. */
export async function isMigrated(ledger: Ledger): Promise<boolean> {
  const { rows } = await sql<{
    ready: boolean;
  }>`select to_regclass('kysely_migration') is not null as ready`.execute(ledger);
  if (rows[0]?.ready !== true) return false;
  const migrator = new Migrator({
    db: ledger,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
  });
  return (await migrator.getMigrations()).every((migration) => migration.executedAt !== undefined);
}
