import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@newsrelay/local-servers/free-port';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { openLedger, type Ledger } from '@newsrelay/ledger/database';
import { isMigrated } from '@newsrelay/ledger/migrate';
import { createLogger } from '@newsrelay/telemetry/logger';
import { sql } from 'kysely';
import { migrateOnce } from './migrate-once.js';

describe('migrateOnce', () => {
  const logger = createLogger('spec', 'fatal');
  let folder: TemporaryDataDir;
  let server: LocalServer;
  let ledger: Ledger;

  beforeAll(async () => {
    folder = temporaryDataDir();
    server = await startPostgres({ dataDir: folder.path, survivesPowerLoss: false });
    ledger = openLedger({
      url: server.url,
      poolSize: 2,
      applicationName: 'spec',
      onIdleError: () => undefined,
    });
  }, 60_000);
  afterAll(async () => {
    await ledger.destroy();
    await server.stop();
    await folder.remove();
  });

  const run = (timeoutMs = 10_000) => migrateOnce({ url: server.url, timeoutMs, logger });

  it('is 1 when a migration fails, and nothing of it stays', async () => {
    // In the way of the first migration.
    await sql`create table articles (id int)`.execute(ledger);
    expect(await run()).toBe(1);
    const { rows } = await sql<{ count: string }>`
      select count(*) from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`.execute(
      ledger,
    );
    expect(rows).toEqual([{ count: '1' }]);
    await sql`drop table articles`.execute(ledger);
  });

  it('brings the schema, from two jobs at once as well', async () => {
    expect(await isMigrated(ledger)).toBe(false);
    expect(await Promise.all([run(), run()])).toEqual([0, 0]);
    expect(await isMigrated(ledger)).toBe(true);
  }, 60_000);

  it('leaves the schema of a newer version as it is: the way back stays open', async () => {
    await sql`insert into kysely_migration values ('9999-of-tomorrow', now()::text)`.execute(ledger);
    expect(await isMigrated(ledger)).toBe(true);
    expect(await run()).toBe(0);
    await sql`delete from kysely_migration where name = '9999-of-tomorrow'`.execute(ledger);
  });

  it('waits for a server that is not there yet', async () => {
    await server.stop();
    const waiting = run(30_000);
    await server.restart();
    expect(await waiting).toBe(0);
  }, 60_000);

  it('is 1 when no server answers in its time', async () => {
    const url = `postgresql://127.0.0.1:${await freePort()}/newsrelay`;
    expect(await migrateOnce({ url, timeoutMs: 100, logger })).toBe(1);
  });
});
