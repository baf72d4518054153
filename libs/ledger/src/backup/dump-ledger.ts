import pg from 'pg';
import { controlLine, type BackupHeader } from './backup-file.js';
import { inOrderOfReference, ledgerTables, quoted } from './tables.js';

/** Rows fetched at once, at first and at most; characters of them that are aimed at: an article may have a megabyte. */
const ROWS = 50;
const MOST_ROWS = 5_000;
const CHARACTERS = 2_000_000;

export type BackupSource = Pick<BackupHeader, 'version' | 'encryptionKeyId' | 'keys'>;

/**
 * The lines of a backup of the ledger as it is at one moment, while everything goes on working with it: one transaction
 * that only reads, and sees what was committed when it began.
 *
 * @throws errors of PostgreSQL; Error where there is no ledger
 */
export async function* dumpLedger(
  url: string,
  source: BackupSource,
  now = new Date(),
): AsyncGenerator<string> {
  const client = new pg.Client({ connectionString: url, application_name: 'newsrelay-backup' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
    await client.query('begin isolation level repeatable read read only');
    const { rows: made } = await client.query<{ name: string }>(
      'select name from kysely_migration order by name',
    );
    const migrations = made.map(({ name }) => name);
    yield controlLine({ backup: 'newsrelay', format: 1, madeAt: now.toISOString(), migrations, ...source });
    const counts: Record<string, number> = {};
    for (const table of await inOrderOfReference(client, await ledgerTables(client))) {
      yield controlLine(table);
      let count = 0;
      for await (const json of rowsOf(client, table.table)) {
        count += 1;
        yield json;
      }
      counts[table.table] = count;
    }
    // Sequences are of no transaction: read last they are past everything that is in the rows.
    const { rows: sequences } = await client.query<{ name: string; value: string }>(
      `select sequencename as name, last_value::text as value from pg_sequences
       where schemaname = 'public' and last_value is not null`,
    );
    yield controlLine({
      end: true,
      rows: counts,
      sequences: Object.fromEntries(sequences.map(({ name, value }) => [name, value])),
    });
    await client.query('commit');
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function* rowsOf(client: pg.ClientBase, table: string): AsyncGenerator<string> {
  await client.query(
    `declare rows_of_table no scroll cursor for select row_to_json(t)::text as json from ${quoted(table)} as t`,
  );
  for (let asked = ROWS; ;) {
    const { rows } = await client.query<{ json: string }>(`fetch ${asked} from rows_of_table`);
    let characters = 0;
    for (const { json } of rows) {
      characters += json.length;
      yield json;
    }
    if (rows.length < asked) break;
    asked = Math.min(MOST_ROWS, Math.max(1, Math.floor((asked * CHARACTERS) / characters)));
  }
  await client.query('close rows_of_table');
}
