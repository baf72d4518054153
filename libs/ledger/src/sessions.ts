import { sql } from 'kysely';
import type { Ledger, LedgerTransaction } from './database.js';
import { isUseDue, type KeyHolder } from './keys.js';

/** What a session stands for; `key` null is the built-in one. */
export interface StoredSession {
  key: (KeyHolder & { useDue: boolean }) | null;
  expiresAt: Date;
}

/** Opens a session of `seconds`. Undefined if its key was deleted meanwhile. */
export async function openSession(
  tx: LedgerTransaction,
  session: { tokenHash: Buffer; keyId: string | null; seconds: number },
): Promise<Date | undefined> {
  if (session.keyId !== null) {
    // Locked, so that a deletion of the key at this moment takes the session with it.
    const key = await tx
      .selectFrom('api_keys')
      .select('id')
      .where('id', '=', session.keyId)
      .forKeyShare()
      .executeTakeFirst();
    if (key === undefined) return undefined;
  }
  await sql`delete from sessions where token_hash in (
    select token_hash from sessions where expires_at <= clock_timestamp() for update skip locked
  )`.execute(tx);
  const row = await tx
    .insertInto('sessions')
    .values({
      token_hash: session.tokenHash,
      key_id: session.keyId,
      expires_at: sql<Date>`clock_timestamp() + make_interval(secs => ${session.seconds})`,
    })
    .returning('expires_at')
    .executeTakeFirstOrThrow();
  return row.expires_at;
}

/** The session of that token, unless it has ended by PostgreSQL's clock. */
export async function findSession(ledger: Ledger, tokenHash: Buffer): Promise<StoredSession | undefined> {
  const row = await ledger
    .selectFrom('sessions')
    .leftJoin('api_keys', 'api_keys.id', 'sessions.key_id')
    .select(['api_keys.id', 'api_keys.name', 'api_keys.role', 'api_keys.source', 'sessions.expires_at'])
    .select(isUseDue.as('useDue'))
    .where('sessions.token_hash', '=', tokenHash)
    .where('sessions.expires_at', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { id, name, role, source, useDue, expires_at: expiresAt } = row;
  const key = id === null || name === null || role === null ? null : { id, name, role, source, useDue };
  return { key, expiresAt };
}

/** False if there was none. */
export async function closeSession(tx: LedgerTransaction, tokenHash: Buffer): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('sessions')
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
