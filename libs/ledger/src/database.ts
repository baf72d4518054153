import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { preparingPool } from './preparing-pool.js';
import type { LedgerSchema } from './schema.js';

export type Ledger = Kysely<LedgerSchema>;
export type LedgerTransaction = Transaction<LedgerSchema>;

/** What a caller writes in the transaction of a change, once the change is made; if it fails, so does the change. */
export type Alongside = (tx: LedgerTransaction) => Promise<void>;

// Calendar days stay text: a Date would move them between zones.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface LedgerOptions {
  url: string;
  /** Connections at most. */
  poolSize: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Statements may take as long as they take: for migrations, which nobody waits for with a request. */
  unlimited?: boolean;
  /**
   * For statements that look up rows by their keys, again and again, in lists of any length: each is planned once a connection,
   * and by indexes alone, whatever size the tables had at that time. Left to itself PostgreSQL plans anew for every short list,
   * which takes longer than running the statement, and reads a table that was small a minute ago from end to end.
   */
  byKeys?: boolean;
  /** Told of connections that broke while idle; the pool replaces them by itself. */
  onIdleError: (error: Error) => void;
}

const LIMITS = {
  // A query that hangs must not hold a claim for ever; leases are longer than this.
  statement_timeout: 8_000,
  // And a server that stands still must not hold a request for ever: then the statement's own limit never comes.
  query_timeout: 9_000,
  idle_in_transaction_session_timeout: 20_000,
};

const BY_KEYS = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** Opens a pool lazily: nothing connects before the first query, and a lost server is found again by the next one. */
export function openLedger(options: LedgerOptions): Ledger {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    ...(options.unlimited === true ? {} : LIMITS),
    // What it has planned is worth more than a connection: the first article after a quiet hour need not wait for it again.
    ...(options.byKeys === true ? { options: BY_KEYS, idleTimeoutMillis: 0 } : {}),
    keepAlive: true,
  });
  pool.on('error', options.onIdleError);
  // A connection that breaks between two queries of a transaction tells nobody else; the next query fails anyway.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return new Kysely<LedgerSchema>({ dialect: new PostgresDialect({ pool: preparingPool(pool) }) });
}

/**
 * Class 08: connection; 40: rolled back for another's sake (deadlock); 57P0x: shutdown and start-up; 53: no resources;
 * 25006: read-only; the rest are sockets and DNS.
 */
const UNAVAILABLE_CODES =
  /^(08|40|57P0|53|25006|ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/;
const UNAVAILABLE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|connection is closed|not queryable|Query read timeout/i;

/** 57014: not within the statement's time; 55P03: a lock was not to be had; 25P03: idle too long in a transaction. */
const TOO_SLOW_CODES = new Set(['57014', '55P03', '25P03']);

/** True for errors that mean "not within the time it has": the same statement may succeed later. */
export function isLedgerTooSlow(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && TOO_SLOW_CODES.has(code);
}

/** True for either: PostgreSQL is away, or too slow, and the same may succeed later. Nothing of it was stored. */
export function isLedgerAway(error: unknown): boolean {
  return isLedgerUnavailable(error) || isLedgerTooSlow(error);
}

/** Why it cannot be used now, for a caller: told apart are the cases that an operator has to do something about. */
export function unavailabilityOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (code === '25006')
    return 'PostgreSQL takes no changes now: it is read-only, as a standby is. Nothing was stored; try again shortly.';
  if (code === '53100')
    return 'The disk of PostgreSQL is full. Nothing was stored; try again when there is room on it.';
  if (isLedgerTooSlow(error))
    return 'PostgreSQL takes too long to answer now. Nothing was stored; try again shortly.';
  return 'PostgreSQL cannot be reached now; try again shortly.';
}

/** True for errors that mean "PostgreSQL cannot be reached or cannot write now", as against a bug of ours. */
export function isLedgerUnavailable(error: unknown): boolean {
  // Not `instanceof Error`: errors of Node's own code are of another realm where code runs in a VM context.
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, errors } = error as { code?: unknown; message?: unknown; errors?: unknown };
  if (typeof code === 'string' && UNAVAILABLE_CODES.test(code)) return true;
  if (Array.isArray(errors) && errors.some(isLedgerUnavailable)) return true;
  return typeof message === 'string' && UNAVAILABLE_MESSAGES.test(message);
}
