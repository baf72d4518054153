import pg from 'pg';
import { openLedger } from '../database.js';
import { migrate, migrateAsFarAs } from '../migrate.js';
import {
  BackupError,
  checkBackupFile,
  readBackupFile,
  type BackupEnd,
  type BackupTable,
} from './backup-file.js';
import { ledgerTables, quoted } from './tables.js';

/** Bytes of rows inserted by one statement, about. */
const CHUNK = 1_000_000;

/**
 * Numbers of versions left out for each article: more corrections than anybody makes between two backups. Versions that
 * came after the backup went out under the numbers that follow it, and outlets know what they got by these.
 */
const SKIPPED_VERSIONS = 1_000;

/** Numbers of archive pages left out for each feed: pages that were cut after the backup may be known by them. */
const SKIPPED_PAGES = 1_000;

/** Rows restored, by table. */
export type Restored = Record<string, number>;

/**
 * Loads a backup into an empty database, and brings the schema up to date.
 *
 * @throws BackupError if the file is not whole or of a newer Newsrelay, or the database is not empty: then
 * nothing was changed; errors of PostgreSQL
 */
export async function loadLedger(url: string, path: string): Promise<Restored> {
  const { header, end } = await checkBackupFile(path);
  const client = new pg.Client({ connectionString: url, application_name: 'newsrelay-restore' });
  client.on('error', () => undefined);
  await client.connect();
  const ledger = openLedger({
    url,
    poolSize: 2,
    applicationName: 'newsrelay-restore',
    onIdleError: () => undefined,
  });
  try {
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
    await refuseIfUsed(client);
    await migrateAsFarAs(ledger, header.migrations);
    await client.query('begin');
    await load(client, path, end);
    await client.query('commit');
    await migrate(ledger);
    await beginAnew(client);
    return end.rows;
  } finally {
    await client.end().catch(() => undefined);
    await ledger.destroy();
  }
}

async function refuseIfUsed(client: pg.ClientBase): Promise<void> {
  const [found] = await ledgerTables(client);
  if (found === undefined) return;
  throw new BackupError(
    `the database is not empty (it has a table ${found.table}): restore into a new one, or drop this one yourself`,
  );
}

async function load(client: pg.ClientBase, path: string, end: BackupEnd): Promise<void> {
  const known = new Set((await ledgerTables(client)).map(({ table }) => table));
  // Rows come as they were, those that triggers wrote among them.
  for (const table of known) await client.query(`alter table ${quoted(table)} disable trigger user`);
  let into: BackupTable | undefined;
  let chunk: string[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (into !== undefined && chunk.length > 0) await insert(client, into, chunk);
    chunk = [];
    size = 0;
  };
  for await (const line of readBackupFile(path)) {
    if (line.kind === 'row') {
      chunk.push(line.json);
      size += line.json.length;
      if (size >= CHUNK) await flush();
    } else if (line.kind === 'table') {
      await flush();
      if (!known.has(line.table))
        throw new BackupError(`the backup has a table ${line.table} that this Newsrelay does not know`);
      into = line;
    }
  }
  await flush();
  for (const table of known) await client.query(`alter table ${quoted(table)} enable trigger user`);
  for (const [name, value] of Object.entries(end.sequences)) {
    await client.query('select setval($1::regclass, $2::bigint)', [quoted(name), value]);
  }
}

async function insert(client: pg.ClientBase, { table, columns }: BackupTable, rows: string[]): Promise<void> {
  const list = columns.map(quoted).join(', ');
  await client.query(
    `insert into ${quoted(table)} (${list}) overriding system value
     select ${list} from json_populate_recordset(null::${quoted(table)}, $1::json)`,
    [`[${rows.join(',')}]`],
  );
}

/** What outlets and readers were told after the backup must not be contradicted: see ADR 15. */
async function beginAnew(client: pg.ClientBase): Promise<void> {
  await client.query(
    `update articles set versions_skipped_through = greatest(versions_skipped_through, latest_version) + $1`,
    [SKIPPED_VERSIONS],
  );
  await client.query(`update feed_heads set pages = pages + $1`, [SKIPPED_PAGES]);
  // Feeds date themselves from now on: a reader that goes by the date alone may know a later one than the backup does.
  await client.query('delete from feed_edition');
  await client.query('analyze');
}
