import { sql, type RawBuilder } from 'kysely';
import { WAITING_STATES } from '@newsrelay/contracts/delivery';
import type { LedgerTransaction } from './database.js';
import { leading } from './delivery-states.js';

/*
 * A correction that leaves a channel's filter takes the article down there (ADR 19): its route says `withdraw` in place of
 * `publish`. Nothing of the earlier versions begins at the channel from the moment on at which that route is committed.
 */

/** An earlier version than the route's began to go to its channel, and no withdrawal was delivered there since. */
export const mayShowEarlier = (route: string): RawBuilder<boolean> => sql<boolean>`exists (
  select from deliveries p
  where p.article_id = ${sql.ref(`${route}.article_id`)} and p.channel_id = ${sql.ref(`${route}.channel_id`)}
    and p.action = 'publish' and p.begun_at is not null and p.version < ${sql.ref(`${route}.version`)}
    and not exists (
      select from deliveries w
      where w.article_id = p.article_id and w.channel_id = p.channel_id and w.action = 'withdraw'
        and w.state = 'delivered' and w.version >= p.version and w.version < ${sql.ref(`${route}.version`)}))`;

/**
 * The version at (article, channel), each an SQL expression, comes before one that left the channel's filter. Asked under the
 * article's lock, which routing holds too. One row's value and not `exists`: of that a planner may make a list of all the
 * routes there are.
 */
export const isMovedOut = (
  article: RawBuilder<unknown>,
  channel: RawBuilder<unknown>,
  version: RawBuilder<unknown>,
) =>
  sql<boolean>`coalesce((
    select true from routes m
    where m.article_id = ${article} and m.channel_id = ${channel} and m.version > ${version} and m.action = 'withdraw'
    limit 1), false)`;

/** Ends what waits of the earlier versions at channels whose filter `version` left; the article must be locked. */
export async function endMovedOut(
  tx: LedgerTransaction,
  articleId: string,
  version: number,
  channelIds: readonly string[],
): Promise<void> {
  if (channelIds.length === 0) return;
  await tx
    .updateTable('deliveries')
    .set({
      state: 'superseded',
      reason: `version ${version} left the channel's filter`,
      next_attempt_at: null,
      updated_at: sql`clock_timestamp()`,
    })
    .where('article_id', '=', articleId)
    .where('action', '=', 'publish')
    .where('version', '<', version)
    .where('state', 'in', leading(WAITING_STATES, 'superseded'))
    .where('channel_id', '=', sql<string>`any(${[...channelIds]}::text[])`)
    .execute();
}
