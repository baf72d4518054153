import type pg from 'pg';
import type { BackupTable } from './backup-file.js';

/** Not in a backup: which schema there is, is told in its header; who is alive, leads or is logged in is over by then. */
const LEFT_OUT = [
  'kysely_migration',
  'kysely_migration_lock',
  'service_heartbeats',
  'sessions',
  'leaders',
  'channel_turns',
];

/** Our tables with the columns that can be written, whichever migrations made them. */
export async function ledgerTables(client: pg.ClientBase): Promise<BackupTable[]> {
  const { rows } = await client.query<BackupTable>(
    `select c.relname as "table", array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> all($1::text[])
     group by c.relname order by c.relname`,
    [LEFT_OUT],
  );
  return rows;
}

/** The tables in an order in which each comes after those that its rows refer to. */
export async function inOrderOfReference(
  client: pg.ClientBase,
  tables: readonly BackupTable[],
): Promise<BackupTable[]> {
  const { rows } = await client.query<{ from: string; to: string }>(
    `select f.relname as "from", t.relname as "to" from pg_constraint k
     join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
     where k.contype = 'f' and f.oid <> t.oid and f.relnamespace = 'public'::regnamespace`,
  );
  const ordered: BackupTable[] = [];
  const left = new Map(tables.map((table) => [table.table, table]));
  while (left.size > 0) {
    const free = [...left.values()].filter(
      ({ table }) => !rows.some(({ from, to }) => from === table && left.has(to)),
    );
    if (free.length === 0) throw new Error(`tables refer to each other: ${[...left.keys()].join(', ')}`);
    for (const table of free) left.delete(table.table);
    ordered.push(...free);
  }
  return ordered;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
