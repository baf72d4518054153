import pg from 'pg';
import type { Servers } from './servers.js';

/*
 * Fills a ledger behind the services' backs, with rows as real as those that went through it: every row of one article is
 * copied with new keys. Columns that are not named here are copied as they are, so that a new one needs no change.
 */

interface CopiedTable {
  readonly table: string;
  /** Rows `t` of the article $1. */
  readonly where: string;
  /** Columns that a copy has of its own, as SQL over `t` and the copy `c` (n, article_id, age). */
  readonly own: Readonly<Record<string, string>>;
}

/** An id of a copy: as long as the real ones, and the same wherever it is named. */
const idOfCopy = (column: string): string =>
  `left(t.${column}, 4) || left(translate(encode(sha256(convert_to(t.${column} || c.article_id, 'UTF8')), 'base64'), '+/', '-_'), 26)`;

/** In the order in which they refer to each other. */
const TABLES: readonly CopiedTable[] = [
  {
    table: 'articles',
    where: 't.id = $1',
    own: { id: 'c.article_id', source_id: `t.source_id || '-' || c.article_id` },
  },
  {
    table: 'article_versions',
    where: 't.article_id = $1',
    // As if it had been looked at long ago, as it was for all but the newest articles.
    own: { article_id: 'c.article_id', distributed_at: 'coalesce(t.distributed_at, t.released_at) - c.age' },
  },
  { table: 'routes', where: 't.article_id = $1', own: ofArticle({ rendition_id: idOfCopy('rendition_id') }) },
  { table: 'renditions', where: 't.article_id = $1', own: ofArticle({ id: idOfCopy('id') }) },
  // Frozen bytes that deliveries share; where a ledger has no such table they lie in deliveries.
  { table: 'messages', where: 't.article_id = $1', own: ofArticle({}) },
  {
    table: 'deliveries',
    where: 't.article_id = $1',
    own: ofArticle({ id: idOfCopy('id'), rendition_id: idOfCopy('rendition_id') }),
  },
  {
    table: 'attempts',
    where: 't.delivery_id in (select id from deliveries where article_id = $1)',
    own: { delivery_id: idOfCopy('delivery_id') },
  },
];

function ofArticle(own: Record<string, string>): Record<string, string> {
  return { article_id: 'c.article_id', ...own };
}

/** Copies are spread over so long, ending now: younger than anything that is pruned. */
const SPREAD = `interval '20 days'`;

/**
 * Copies all that the ledger has of the only article of this source id, so many times, and lets PostgreSQL look at what it
 * then has.
 */
export async function copyArticle(servers: Servers, sourceId: string, copies: number): Promise<void> {
  const client = new pg.Client(servers.databaseUrl);
  await client.connect();
  try {
    const found = await client.query<{ id: string }>('select id from articles where source_id = $1', [
      sourceId,
    ]);
    const article = found.rows[0]?.id;
    if (article === undefined) throw new Error(`the ledger has no article ${sourceId}`);
    // In no transaction: the services go on meanwhile. Copies refer to copies, which nobody has to look up row by row.
    await client.query('set session_replication_role = replica');
    await client.query('set synchronous_commit = off');
    await client.query('drop table if exists pg_temp.copies');
    await client.query(
      `create temporary table copies as
       select n, gen_random_uuid() as article_id, ${SPREAD} * (($1::int - n)::float8 / $1::int) as age
       from generate_series(1, $1::int) as n`,
      [copies],
    );
    await client.query('analyze copies');
    const filled: string[] = [];
    for (const copied of TABLES) {
      const columns = await columnsOf(client, copied.table);
      if (columns.length === 0) continue;
      const values = columns.map(({ name, isTime }) => {
        const shifted = isTime ? `t.${name} - c.age` : `t.${name}`;
        return copied.own[name] ?? shifted;
      });
      await client.query(
        `insert into ${copied.table} (${columns.map(({ name }) => name).join(', ')})
         select ${values.join(', ')} from copies c cross join ${copied.table} t where ${copied.where} order by c.n`,
        [article],
      );
      filled.push(copied.table);
    }
    for (const table of filled) await client.query(`vacuum (analyze) ${table}`);
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

/** Those that can be written; none where there is no such table. */
async function columnsOf(client: pg.Client, table: string): Promise<{ name: string; isTime: boolean }[]> {
  const { rows } = await client.query<{ name: string; isTime: boolean }>(
    `select column_name as name, data_type = 'timestamp with time zone' as "isTime"
     from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' and is_identity = 'NO'
     order by ordinal_position`,
    [table],
  );
  return rows;
}
