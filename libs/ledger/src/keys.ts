import { createHash } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import type { KeyInput, Role } from '@newsrelay/contracts/role';
import type { Ledger, LedgerTransaction } from './database.js';
import type { ApiKeysTable } from './schema.js';

/** What a request with the key may be told by: never the key, nor its hash. */
export interface KeyHolder {
  id: string;
  name: string;
  role: Role;
  /** The one source of a key of the role source; null for all others. */
  source: string | null;
}

export interface StoredKey extends KeyHolder {
  createdAt: Date;
  createdBy: { id: string; name: string };
  lastUsedAt: Date | null;
}

/**
 * A key at rest. Slow hashes protect what people make up; these keys are 256 random bits, which nobody guesses however
 * fast the hash is, and each request pays for it once.
 */
export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function keyOfRow(row: Selectable<ApiKeysTable>): StoredKey {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    source: row.source,
    createdAt: row.created_at,
    createdBy: { id: row.created_by_id, name: row.created_by_name },
    lastUsedAt: row.last_used_at,
  };
}

/** Null if the name is taken: an audit list with two of one name would say nothing. */
export async function createKey(
  tx: LedgerTransaction,
  input: KeyInput & { id: string; hash: Buffer; createdBy: { id: string; name: string } },
): Promise<StoredKey | null> {
  const row = await tx
    .insertInto('api_keys')
    .values({
      id: input.id,
      name: input.name,
      role: input.role,
      source: input.source ?? null,
      key_hash: input.hash,
      created_by_id: input.createdBy.id,
      created_by_name: input.createdBy.name,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : keyOfRow(row);
}

/** Newest first, `limit + 1` rows so that the caller sees whether there are more. */
export async function listKeys(
  ledger: Ledger,
  limit: number,
  after: { createdAt: string; id: string } | null,
): Promise<StoredKey[]> {
  let query = ledger.selectFrom('api_keys').selectAll();
  if (after !== null) {
    query = query.where(
      sql<boolean>`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return rows.map(keyOfRow);
}

/** The key goes, and with it every session that was opened with it. Undefined if there is none. */
export async function deleteKey(tx: LedgerTransaction, id: string): Promise<KeyHolder | undefined> {
  return tx
    .deleteFrom('api_keys')
    .where('id', '=', id)
    .returning(['id', 'name', 'role', 'source'])
    .executeTakeFirst();
}

/** A use that was written down longer ago than this is written down anew, seconds. */
const USE_EVERY_SECONDS = 60;
/** `last_used_at` is old enough to be written; also asked by whoever looks a key up, to spare the update. */
export const isUseDue = sql<boolean>`coalesce(api_keys.last_used_at < clock_timestamp() - make_interval(secs => ${sql.lit(
  USE_EVERY_SECONDS,
)}), true)`;

/** Who holds the key of that hash; `useDue` where its last use is to be written down. */
export async function findKeyHolder(
  ledger: Ledger,
  hash: Buffer,
): Promise<(KeyHolder & { useDue: boolean }) | undefined> {
  return ledger
    .selectFrom('api_keys')
    .select(['id', 'name', 'role', 'source', isUseDue.as('useDue')])
    .where('key_hash', '=', hash)
    .executeTakeFirst();
}

/** Once a minute at most, however many requests and processes there are. */
export async function noteUse(ledger: Ledger, id: string): Promise<void> {
  await ledger
    .updateTable('api_keys')
    .set({ last_used_at: sql`clock_timestamp()` })
    .where('id', '=', id)
    .where(isUseDue)
    .execute();
}
