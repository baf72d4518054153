import { sql } from 'kysely';
import { deliveryId } from '@newsrelay/contracts/keys';
import { WAITING_STATES, type DeliveryAction, type DeliveryState } from '@newsrelay/contracts/delivery';
import type { RenditionReady } from '@newsrelay/contracts/events';
import { lockArticle } from './article-versions.js';
import { resetBreaker } from './breakers.js';
import { isLedgerAway, type Alongside, type Ledger, type LedgerTransaction } from './database.js';
import { overtakes } from './delivery-order.js';
import { leading } from './delivery-states.js';
import type { DueRow } from './due-row.js';
import { isMovedOut } from './filter-drift.js';
import { Statement, type GiveValue } from './statement.js';

/** States of an older version that a newer one makes pointless. */
const OVERTAKEN_STATES = leading([...WAITING_STATES, 'unknown', 'manual'], 'superseded');
/** Those of a version that its withdrawal makes pointless; of an unknown outcome the row is the evidence. */
const OVERTAKEN_BY_WITHDRAWAL = leading(WAITING_STATES, 'superseded');

interface NewDeliveries {
  ids: string[];
  articleIds: string[];
  versions: number[];
  channelIds: string[];
  actions: DeliveryAction[];
  renditionIds: string[];
}

/** Refers to rows that are joined: there are no foreign keys to check for each delivery (ADR 16). */
const insertDeliveries = new Statement('create-deliveries', (ledger, given: GiveValue<NewDeliveries>) => {
  const isPublish = sql<boolean>`n.action = 'publish'`;
  const withdrawn = sql<boolean>`(${isPublish} and a.withdrawn_through >= n.version)`;
  const movedOut = sql<boolean>`(${isPublish} and ${isMovedOut(sql`a.id`, sql`c.id`, sql`n.version`)})`;
  return sql<DueRow & { state: DeliveryState }>`
    insert into deliveries (id, article_id, version, channel_id, action, rendition_id, state, reason, next_attempt_at)
    select n.id, a.id, n.version, c.id, n.action, r.id, s.state, s.reason,
           case when s.state = 'queued' then clock_timestamp() end
    from unnest(${given('ids')}::text[], ${given('articleIds')}::uuid[], ${given('versions')}::int[],
                ${given('channelIds')}::text[], ${given('actions')}::text[], ${given('renditionIds')}::text[])
           as n (id, article_id, version, channel_id, action, rendition_id)
    join articles a on a.id = n.article_id
    join channels c on c.id = n.channel_id
    join renditions r on r.id = n.rendition_id
    cross join lateral (
      select case
          when c.deleted_at is not null then 'canceled'
          when ${withdrawn} then 'canceled'
          when ${movedOut} then 'superseded'
          when coalesce((select true from deliveries o where ${overtakes('o', 'n')} limit 1), false) then 'superseded'
          when r.refusal is not null then 'dead'
          else 'queued'
        end,
        case
          when c.deleted_at is not null then 'the channel was deleted'
          when ${withdrawn} then 'withdrawn before it left'
          when ${movedOut} then 'a newer version left the channel''s filter'
          when r.refusal is not null then r.refusal ->> 'message'
        end
    ) as s (state, reason)
    on conflict (id) do nothing
    returning id, action, channel_id as "channelId", state`.compile(ledger);
});

/** In order of their ids: two that lock some of the same articles never wait for each other both. */
const lockArticles = new Statement('lock-articles', (ledger, given: GiveValue<{ ids: string[] }>) =>
  sql`select from articles where id = any (${given('ids')}::uuid[]) order by id for update`.compile(ledger),
);

/** Deliveries of one rendition, by the ids that they get. */
function valuesOf(events: readonly RenditionReady[]): NewDeliveries {
  const each = events.flatMap((event) =>
    event.channelIds.map((channelId) => ({ id: idOf(event, channelId), channelId, event })),
  );
  return {
    ids: each.map(({ id }) => id),
    articleIds: each.map(({ event }) => event.articleId),
    versions: each.map(({ event }) => event.version),
    channelIds: each.map(({ channelId }) => channelId),
    actions: each.map(({ event }) => event.action),
    renditionIds: each.map(({ event }) => event.renditionId),
  };
}

function idOf({ articleId, version, action }: RenditionReady, channelId: string): string {
  return deliveryId(articleId, version, channelId, action);
}

/**
 * Creates the deliveries of a rendition, those that are there already untouched, and ends older waiting ones as
 * `superseded`. Returns those that are due, in the order of their channels. Running it again after a crash changes nothing and
 * returns the same.
 */
export async function createDeliveries(ledger: Ledger, event: RenditionReady): Promise<DueRow[]> {
  const { articleId } = event;
  return ledger.transaction().execute(async (tx) => {
    // Against a withdrawal and against another version's deliveries being created at the same moment.
    await lockArticle(tx, articleId);
    const values = valuesOf([event]);
    await insertDeliveries.run(tx, values);
    await supersedeOlder(tx, articleId, values.ids);
    await reviveWithdrawals(tx, articleId);
    const due = await tx
      .selectFrom('deliveries')
      .select(['id', 'action', 'channel_id as channelId'])
      .where('id', 'in', values.ids)
      .where('state', 'in', [...WAITING_STATES])
      .execute();
    const byId = new Map(due.map((row) => [row.id, row]));
    return values.ids.flatMap((id) => byId.get(id) ?? []);
  });
}

/**
 * As {@link createDeliveries} for each of them. Those of first versions, before which nothing can have come, are written
 * together, unless one of them cannot be written: then each for itself, and that one is left out of the answer.
 *
 * @throws while PostgreSQL is away; some may have been written, and running it again does no harm
 */
export async function createManyDeliveries(
  ledger: Ledger,
  events: readonly RenditionReady[],
): Promise<Map<RenditionReady, DueRow[]>> {
  const unlessAway = (error: unknown) => {
    if (isLedgerAway(error)) throw error;
    return undefined;
  };
  const first = events.filter(({ version, action }) => version === 1 && action === 'publish');
  const due = (await createFirst(ledger, first).catch(unlessAway)) ?? new Map<RenditionReady, DueRow[]>();
  for (const event of events) {
    if (due.has(event)) continue;
    const rows = await createDeliveries(ledger, event).catch(unlessAway);
    if (rows !== undefined) due.set(event, rows);
  }
  return due;
}

/** Of first versions; those of which some were there already, as after a crash, are left out of the answer. */
async function createFirst(
  ledger: Ledger,
  events: readonly RenditionReady[],
): Promise<Map<RenditionReady, DueRow[]>> {
  if (events.length === 0) return new Map();
  const made = await ledger.transaction().execute(async (tx) => {
    await lockArticles.run(tx, { ids: [...new Set(events.map(({ articleId }) => articleId))] });
    return insertDeliveries.run(tx, valuesOf(events));
  });
  const byId = new Map(made.map((row) => [row.id, row]));
  const due = new Map<RenditionReady, DueRow[]>();
  for (const event of events) {
    const rows = event.channelIds.flatMap((channelId) => byId.get(idOf(event, channelId)) ?? []);
    if (rows.length < event.channelIds.length) continue;
    due.set(
      event,
      rows.filter(({ state }) => state === 'queued'),
    );
  }
  return due;
}

/** Ends what the deliveries `ids` of the article make pointless. */
async function supersedeOlder(
  tx: LedgerTransaction,
  articleId: string,
  ids: readonly string[],
): Promise<void> {
  await tx
    .updateTable('deliveries as o')
    .from('deliveries as n')
    .set({
      state: 'superseded',
      reason: sql`'version ' || n.version || ' made it pointless'`,
      next_attempt_at: null,
      updated_at: sql`clock_timestamp()`,
    })
    .where(overtakes('n', 'o'))
    .where('n.id', 'in', ids)
    .where('n.state', '!=', 'superseded')
    .where('o.article_id', '=', articleId)
    .where('o.state', 'in', OVERTAKEN_STATES)
    .where((where) =>
      where.or([where('n.action', '=', 'publish'), where('o.state', 'in', OVERTAKEN_BY_WITHDRAWAL)]),
    )
    .execute();
}

const REVIVED = leading(['superseded'], 'queued');

/** Withdrawals that gave way to a version which was given up since: what they were to take down still stands there. */
export async function reviveWithdrawals(tx: LedgerTransaction, articleId: string): Promise<void> {
  await tx
    .updateTable('deliveries as w')
    .set({
      state: 'queued',
      reason: 'the version that it gave way to did not arrive',
      attempts_in_round: 0,
      round_started_at: sql`clock_timestamp()`,
      next_attempt_at: sql`clock_timestamp()`,
      updated_at: sql`clock_timestamp()`,
    })
    .where('w.article_id', '=', articleId)
    .where('w.action', '=', 'withdraw')
    .where('w.state', 'in', REVIVED)
    .where((where) =>
      where.not(where.exists(where.selectFrom('deliveries as n').select('n.id').where(overtakes('n', 'w')))),
    )
    .execute();
}

export type RetryVerdict =
  { verdict: 'queued'; delivery: DueRow } | { verdict: 'missing' } | { verdict: 'refused'; reason: string };

/** An operator's "once more": a new round of attempts under the same key and bytes, never past a newer version or a withdrawal. */
export async function requestRetry(
  ledger: Ledger,
  id: string,
  retryable: readonly DeliveryState[],
  alongside: Alongside = () => Promise.resolve(),
): Promise<RetryVerdict> {
  return ledger.transaction().execute(async (tx): Promise<RetryVerdict> => {
    const found = await tx
      .selectFrom('deliveries')
      .select('article_id')
      .where('id', '=', id)
      .executeTakeFirst();
    if (found === undefined) return { verdict: 'missing' };
    const article = await lockArticle(tx, found.article_id);
    const delivery = await tx
      .selectFrom('deliveries as d')
      .innerJoin('channels as c', 'c.id', 'd.channel_id')
      .innerJoin('renditions as r', 'r.id', 'd.rendition_id')
      .select(['d.state', 'd.version', 'd.action', 'd.channel_id', 'c.deleted_at', 'r.refusal'])
      .select((eb) =>
        eb
          .selectFrom('deliveries as n')
          .select((max) => max.fn.max('n.version').as('version'))
          .where(overtakes('n', 'd'))
          .as('newer'),
      )
      .select(isMovedOut(sql`d.article_id`, sql`d.channel_id`, sql`d.version`).as('moved_out'))
      .where('d.id', '=', id)
      .forUpdate('d')
      .executeTakeFirstOrThrow();
    if (!retryable.includes(delivery.state)) return { verdict: 'refused', reason: `it is ${delivery.state}` };
    if (delivery.deleted_at !== null) return { verdict: 'refused', reason: 'its channel was deleted' };
    if (delivery.refusal !== null)
      return { verdict: 'refused', reason: `there is nothing to send: ${delivery.refusal.message}` };
    if (delivery.action === 'publish' && (article?.withdrawn_through ?? 0) >= delivery.version) {
      return { verdict: 'refused', reason: 'the article was withdrawn' };
    }
    if (delivery.action === 'publish' && delivery.moved_out) {
      return { verdict: 'refused', reason: "a newer version left the channel's filter" };
    }
    if (delivery.newer !== null) {
      return {
        verdict: 'refused',
        reason: `version ${delivery.newer} came after it; an older one is never sent again`,
      };
    }
    await tx
      .updateTable('deliveries')
      .set({
        state: 'queued',
        reason: 'asked for by an operator',
        attempts_in_round: 0,
        round_started_at: sql`clock_timestamp()`,
        next_attempt_at: sql`clock_timestamp()`,
        // A claim that was read before must not pass after this.
        epoch: sql`epoch + 1`,
        updated_at: sql`clock_timestamp()`,
      })
      .where('id', '=', id)
      .where('state', 'in', leading(retryable, 'queued'))
      .execute();
    // Whoever asks wants to know whether the outlet is back.
    await resetBreaker(tx, delivery.channel_id);
    await alongside(tx);
    return { verdict: 'queued', delivery: { id, action: delivery.action, channelId: delivery.channel_id } };
  });
}
