import { sql } from 'kysely';
import { RETRYABLE_STATES } from '@newsrelay/contracts/delivery';
import { deliveryId } from '@newsrelay/contracts/keys';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import { lockArticle } from './article-versions.js';
import type { Ledger, LedgerTransaction } from './database.js';
import { leading } from './delivery-states.js';
import { enqueueEvent } from './outbox.js';
import { matchOf, nextMatch, type ReplayMatch } from './replay-matches.js';
import { scopeOf, type ReplayRow } from './replays.js';
import type { DueRow } from './due-row.js';

/** Deliveries of one replay that are not over: so many may stand in front of an article that is released now. */
const MOST_WAITING = 16;
/** A replay that is kept back is asked about again after this, milliseconds. */
const KEPT_BACK_MS = 500;
/** A delivery that was due this long ago, milliseconds, waits: the channel has no time for a replay. */
const WAITS_AFTER_MS = 500;

/** Running replays, and whether their next article may have its turn. */
export async function runningReplays(ledger: Ledger): Promise<{ id: string; due: boolean }[]> {
  return ledger
    .selectFrom('replays')
    .select(['id', sql<boolean>`next_at <= clock_timestamp()`.as('due')])
    .where('state', '=', 'running')
    .orderBy('next_at')
    .execute();
}

/**
 * What a step came to: a delivery was queued again, a missing one was asked for, an article no longer matched, nothing for
 * now, or the replay is over. Null: another process is at it, or its turn has not come.
 */
export type ReplayStep =
  | { did: 'repeated'; delivery: DueRow }
  | { did: 'made' | 'skipped' | 'waited' }
  | { did: 'ended'; state: 'done' | 'failed' }
  | null;

/**
 * Sees to the next article of a replay, in one transaction with the place that it has come to: whoever dies in between has
 * done all of it or nothing, and nobody does it a second time.
 */
export async function stepReplay(ledger: Ledger, replayId: string): Promise<ReplayStep> {
  return ledger.transaction().execute(async (tx): Promise<ReplayStep> => {
    const replay = await tx
      .selectFrom('replays')
      .selectAll()
      .where('id', '=', replayId)
      .where('state', '=', 'running')
      .where('next_at', '<=', sql<Date>`clock_timestamp()`)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (replay === undefined) return null;
    const channel = await channelNow(tx, replay);
    if (channel.deleted) return end(tx, replay, 'failed', 'the channel was deleted');
    const awaited = await notOver(tx, replay);
    const reason =
      awaited.length >= MOST_WAITING ? 'its own deliveries that are not over' : channel.keepsBack;
    if (reason !== null) return keepBack(tx, replay, reason);
    const scope = scopeOf(replay);
    const cursor =
      replay.cursor_at === null || replay.cursor_article === null
        ? null
        : { at: replay.cursor_at, articleId: replay.cursor_article };
    const next = await nextMatch(tx, scope, cursor);
    if (next === undefined) return end(tx, replay, 'done', null);
    if (!next.routed) return keepBack(tx, replay, 'the routing of an article');
    // Against a correction and a withdrawal at the same moment: what is read now stays.
    await lockArticle(tx, next.articleId);
    const match = await matchOf(tx, scope, next.articleId);
    const current = match?.version === next.version ? match : undefined;
    const step = current === undefined ? ({ did: 'skipped' } as const) : await hand(tx, replay, current);
    if (step.did !== 'skipped')
      awaited.push(deliveryId(next.articleId, next.version, replay.channel_id, 'publish'));
    await moveOn(tx, replay, next, awaited, step.did !== 'skipped');
    return step;
  });
}

/** Ids of those asked for that have not come into being yet, or wait, or are being sent. */
async function notOver(tx: LedgerTransaction, replay: ReplayRow): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select w.id from jsonb_array_elements_text(${JSON.stringify(replay.awaited)}::jsonb) as w (id)
    left join deliveries d on d.id = w.id
    where d.id is null or d.state in ('queued', 'retrying', 'sending')`.execute(tx);
  return rows.map(({ id }) => id);
}

async function channelNow(
  tx: LedgerTransaction,
  replay: ReplayRow,
): Promise<{ deleted: boolean; keepsBack: string | null }> {
  const { rows } = await sql<{
    deleted: boolean;
    enabled: boolean;
    paused: boolean;
    failing: boolean;
    busy: boolean;
  }>`
    select c.deleted_at is not null as deleted, c.enabled, c.paused_since is not null as paused,
           exists (select from breakers b where b.channel_id = c.id and b.open_until > clock_timestamp()) as failing,
           exists (select from deliveries d
                   where d.channel_id = c.id and d.state in ('queued', 'retrying')
                     and d.next_attempt_at < clock_timestamp() - ${WAITS_AFTER_MS}::float8 * interval '1 millisecond'
                     and not ${JSON.stringify(replay.awaited)}::jsonb ? d.id) as busy
    from channels c where c.id = ${replay.channel_id}`.execute(tx);
  const found = rows[0];
  if (found === undefined || found.deleted) return { deleted: true, keepsBack: null };
  const keepsBack = !found.enabled
    ? 'the channel, which is disabled'
    : found.paused
      ? 'the channel, which is paused'
      : found.failing
        ? 'the outlet, which fails'
        : found.busy
          ? 'other deliveries of the channel, which go first'
          : null;
  return { deleted: false, keepsBack };
}

/** Queues the delivery again, or has the one that is missing made. */
async function hand(
  tx: LedgerTransaction,
  replay: ReplayRow,
  match: ReplayMatch,
): Promise<{ did: 'repeated'; delivery: DueRow } | { did: 'made' | 'skipped' }> {
  const channelId = replay.channel_id;
  if (match.deliveryId === null) {
    await route(tx, match, channelId);
    return { did: 'made' };
  }
  const { numUpdatedRows } = await tx
    .updateTable('deliveries')
    .set({
      state: 'queued',
      reason: 'asked for by a replay',
      attempts_in_round: 0,
      round_started_at: sql`clock_timestamp()`,
      next_attempt_at: sql`clock_timestamp()`,
      // A claim that was read before must not pass after this.
      epoch: sql`epoch + 1`,
      updated_at: sql`clock_timestamp()`,
    })
    .where('id', '=', match.deliveryId)
    // It may have been claimed since it was read: then it is being sent now.
    .where('state', 'in', leading(replay.states ?? RETRYABLE_STATES, 'queued'))
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return { did: 'skipped' };
  return { did: 'repeated', delivery: { id: match.deliveryId, action: 'publish', channelId } };
}

/** The channel joins those that the version goes to. Should the event be lost, the search for such finds the version. */
async function route(tx: LedgerTransaction, match: ReplayMatch, channelId: string): Promise<void> {
  const { articleId, version, releasedAt } = match;
  await tx
    .insertInto('routes')
    .values({ article_id: articleId, version, channel_id: channelId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tx
    .updateTable('article_versions')
    .set({ distributed_at: null })
    .where('article_id', '=', articleId)
    .where('version', '=', version)
    .execute();
  await enqueueEvent(tx, SUBJECTS.articleReleased, {
    articleId,
    version,
    releasedAt: releasedAt.toISOString(),
    channelIds: [channelId],
  });
}

async function moveOn(
  tx: LedgerTransaction,
  replay: ReplayRow,
  seen: ReplayMatch,
  awaited: readonly string[],
  handed: boolean,
): Promise<void> {
  await tx
    .updateTable('replays')
    .set({
      cursor_at: seen.releasedAt,
      cursor_article: seen.articleId,
      replayed: sql`replayed + ${handed ? 1 : 0}::int`,
      skipped: sql`skipped + ${handed ? 0 : 1}::int`,
      awaited: JSON.stringify(awaited),
      // Time that nobody used is made up for, a second of it at most.
      next_at: sql`greatest(next_at, clock_timestamp() - interval '1 second') + interval '1 second' / rate_per_second`,
      waiting_for: null,
    })
    .where('id', '=', replay.id)
    .execute();
}

async function keepBack(tx: LedgerTransaction, replay: ReplayRow, reason: string): Promise<ReplayStep> {
  await tx
    .updateTable('replays')
    .set({
      waiting_for: reason,
      next_at: sql`clock_timestamp() + ${KEPT_BACK_MS}::float8 * interval '1 millisecond'`,
    })
    .where('id', '=', replay.id)
    .execute();
  return { did: 'waited' };
}

async function end(
  tx: LedgerTransaction,
  replay: ReplayRow,
  state: 'done' | 'failed',
  reason: string | null,
): Promise<ReplayStep> {
  await tx
    .updateTable('replays')
    .set({ state, reason, waiting_for: null, finished_at: sql`clock_timestamp()` })
    .where('id', '=', replay.id)
    .execute();
  return { did: 'ended', state };
}
