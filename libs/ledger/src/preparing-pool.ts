import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import { nameOfStatement } from './statement-names.js';

/** The pool as Kysely uses it, except that each connection keeps the statements that have a name. */
export function preparingPool(pool: pg.Pool): PostgresPool {
  /** Kysely knows a connection by its object. */
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect();
      const known = clients.get(client) ?? preparingClient(client);
      clients.set(client, known);
      return known;
    },
  };
}

function preparingClient(client: pg.PoolClient): PostgresPoolClient {
  // No cursors: the ledger streams nothing.
  const query = <R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> => {
    const name = nameOfStatement(text);
    return client.query({ ...(name === undefined ? {} : { name }), text, values: [...values] }) as never;
  };
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => {
      client.release(destroy);
    },
  };
}
