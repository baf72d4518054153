import { createHash } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import { EVENT_KINDS } from '@newsrelay/contracts/operator-events';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import type { Ledger, LedgerTransaction } from './database.js';
import { endConditions } from './operator-events.js';
import type { FeedTokensTable } from './schema.js';

/*
 * Tokens by which partners read feeds. Every change of them tells the instances that serve, as a change of their channel:
 * what they know of it by heart is read again.
 */

/** A token as it is shown: never itself, nor its hash. */
export interface StoredFeedToken {
  id: string;
  channelId: string;
  name: string;
  /** Its last characters. */
  ending: string;
  expiresAt: Date | null;
  createdAt: Date;
  createdBy: { id: string; name: string };
  rotatedAt: Date | null;
  lastUsedAt: Date | null;
  /** The one before, as long as it is taken. */
  previous: { validUntil: Date; lastUsedAt: Date | null } | null;
}

/** At rest as keys are (`hashOfKey`): 256 random bits need no slow hash. */
export function hashOfFeedToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

const SHOWN = 4;
const endingOf = (token: string) => token.slice(-SHOWN);

/** What alarms of a partner's reading are of. */
export function feedSubject(channelId: string, token: string | null): string {
  return token === null ? channelId : `${channelId}/${token}`;
}

function tokenOfRow(row: Selectable<FeedTokensTable> & { previous_valid: boolean | null }): StoredFeedToken {
  return {
    id: row.id,
    channelId: row.channel_id,
    name: row.name,
    ending: row.ending,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    createdBy: { id: row.created_by_id, name: row.created_by_name },
    rotatedAt: row.rotated_at,
    lastUsedAt: row.last_used_at,
    previous:
      row.previous_until !== null && row.previous_valid === true
        ? { validUntil: row.previous_until, lastUsedAt: row.previous_used_at }
        : null,
  };
}
const isPreviousValid = sql<boolean | null>`previous_until > clock_timestamp()`.as('previous_valid');

/** Told with the transaction. The channel's own time moves too, which the operators' page goes by. */
async function announce(tx: LedgerTransaction, channelId: string): Promise<void> {
  await tx
    .updateTable('channels')
    .set({ updated_at: sql`clock_timestamp()` })
    .where('id', '=', channelId)
    .execute();
  await sql`select pg_notify(${NOTIFICATIONS.channelChanged}, ${channelId})`.execute(tx);
}

/** Null if the channel has one of that name. */
export async function createFeedToken(
  tx: LedgerTransaction,
  input: {
    id: string;
    channelId: string;
    name: string;
    token: string;
    expiresAt: Date | null;
    createdBy: { id: string; name: string };
  },
): Promise<StoredFeedToken | null> {
  const row = await tx
    .insertInto('feed_tokens')
    .values({
      id: input.id,
      channel_id: input.channelId,
      name: input.name,
      token_hash: hashOfFeedToken(input.token),
      ending: endingOf(input.token),
      expires_at: input.expiresAt,
      created_by_id: input.createdBy.id,
      created_by_name: input.createdBy.name,
    })
    .onConflict((conflict) => conflict.columns(['channel_id', 'name']).doNothing())
    .returningAll()
    .returning(isPreviousValid)
    .executeTakeFirst();
  if (row === undefined) return null;
  await announce(tx, input.channelId);
  return tokenOfRow(row);
}

/** Newest first, `limit + 1` rows so that the caller sees whether there are more. */
export async function listFeedTokens(
  ledger: Ledger,
  channelId: string,
  limit: number,
  after: { createdAt: string; id: string } | null,
): Promise<StoredFeedToken[]> {
  let query = ledger
    .selectFrom('feed_tokens')
    .selectAll()
    .select(isPreviousValid)
    .where('channel_id', '=', channelId);
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
  return rows.map(tokenOfRow);
}

/**
 * Puts a new token in the place of the one there is, which goes on being taken for so many hours (0: not at all). One that an
 * earlier rotation left is over in any case. Undefined if there is none, or it has expired.
 */
export async function rotateFeedToken(
  tx: LedgerTransaction,
  {
    channelId,
    id,
    token,
    overlapHours,
  }: { channelId: string; id: string; token: string; overlapHours: number },
): Promise<StoredFeedToken | undefined> {
  const row = await tx
    .updateTable('feed_tokens')
    .set({
      token_hash: hashOfFeedToken(token),
      ending: endingOf(token),
      rotated_at: sql`clock_timestamp()`,
      ...(overlapHours > 0
        ? {
            previous_hash: sql`token_hash`,
            previous_until: sql<Date>`clock_timestamp() + ${overlapHours}::float8 * interval '1 hour'`,
          }
        : { previous_hash: null, previous_until: null }),
      previous_used_at: null,
    })
    .where('channel_id', '=', channelId)
    .where('id', '=', id)
    .where(sql<boolean>`(expires_at is null or expires_at > clock_timestamp())`)
    .returningAll()
    .returning(isPreviousValid)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  await announce(tx, channelId);
  return tokenOfRow(row);
}

/** Gone, the one before it too. What its partner asked for stays in the figures. Undefined if there is none. */
export async function deleteFeedToken(
  tx: LedgerTransaction,
  channelId: string,
  id: string,
): Promise<{ name: string } | undefined> {
  const deleted = await tx
    .deleteFrom('feed_tokens')
    .where('channel_id', '=', channelId)
    .where('id', '=', id)
    .returning('name')
    .executeTakeFirst();
  if (deleted === undefined) return undefined;
  await endAlarms(tx, channelId, [deleted.name]);
  await announce(tx, channelId);
  return deleted;
}

/** All tokens of a channel that is deleted, in its transaction, and what operators were told of its readers. */
export async function deleteFeedTokens(tx: LedgerTransaction, channelId: string): Promise<void> {
  const deleted = await tx
    .deleteFrom('feed_tokens')
    .where('channel_id', '=', channelId)
    .returning('name')
    .execute();
  await endAlarms(tx, channelId, [null, ...deleted.map(({ name }) => name)]);
}

/** Silently: whoever revokes a token knows that its partner will not be heard. */
async function endAlarms(
  tx: LedgerTransaction,
  channelId: string,
  tokens: readonly (string | null)[],
): Promise<void> {
  const kinds = [EVENT_KINDS.feedSilent, EVENT_KINDS.feedOverpolled];
  await endConditions(
    tx,
    tokens.flatMap((token) => kinds.map((kind) => ({ kind, subject: feedSubject(channelId, token) }))),
    true,
  );
}

/** What lets somebody in: a token's hash, and for how much longer, milliseconds by PostgreSQL's clock; null: without an end. */
export interface FeedGrant {
  tokenId: string;
  name: string;
  /** Hexadecimal. */
  hash: string;
  /** One that a rotation replaced. */
  replaced: boolean;
  validForMs: number | null;
}

/** A channel as whoever asks for its feed meets it. */
export interface FeedGrants {
  type: string;
  deleted: boolean;
  settings: Record<string, unknown>;
  grants: FeedGrant[];
}

/** Undefined if there is no such channel. */
export async function readFeedGrants(ledger: Ledger, channelId: string): Promise<FeedGrants | undefined> {
  const millisecondsUntil = (column: 'expires_at' | 'previous_until') =>
    sql`(extract(epoch from t.${sql.ref(column)} - clock_timestamp()) * 1000)::float8`;
  const { rows } = await sql<FeedGrants & { grants: FeedGrant[] }>`
    select c.type, c.deleted_at is not null as deleted, c.settings,
           coalesce((
             select jsonb_agg(jsonb_build_object('tokenId', t.id, 'name', t.name, 'hash', g.hash, 'replaced', g.replaced,
                                                 'validForMs', g.valid_for_ms))
             from feed_tokens t cross join lateral (
               select encode(t.token_hash, 'hex'), false, ${millisecondsUntil('expires_at')}
               union all
               select encode(t.previous_hash, 'hex'), true,
                      least(${millisecondsUntil('previous_until')}, ${millisecondsUntil('expires_at')})
               where t.previous_hash is not null
             ) as g (hash, replaced, valid_for_ms)
             where t.channel_id = c.id and (g.valid_for_ms is null or g.valid_for_ms > 0)
           ), '[]') as grants
    from channels c where c.id = ${channelId}`.execute(ledger);
  return rows[0];
}
