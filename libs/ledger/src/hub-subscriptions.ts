import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { RENDITION_BATCH } from '@newsrelay/contracts/events';
import { SUBJECTS } from '@newsrelay/contracts/subjects';
import { announceChannel, closeChannel } from './channels.js';
import type { Alongside, Ledger, LedgerTransaction } from './database.js';
import { endRequest, putRequest, type HubParties, type HubRequest } from './hub-requests.js';
import { enqueueEvent } from './outbox.js';

/*
 * Subscriptions of the WebSub hub. Each is a channel, so that its deliveries are those of any channel, and a row with its lease.
 */

/** The type of their channels. */
export const SUBSCRIPTION_TYPE = 'websub';

/** Why most subscriptions end. */
export const LEASE_OVER = 'the lease is over';

/** The same for the same topic and callback: there is one subscription for both. */
export function subscriptionId(topic: string, callback: string): string {
  const hash = createHash('sha256').update(`${topic}\n${callback}`).digest('hex');
  return `hub-${hash.slice(0, 32)}`;
}

/**
 * The subscription stands from now on, as it was asked for: with the secret and the lease of the request. False if the request was
 * replaced by another one meanwhile, or its feed was closed: then nothing changes.
 */
export async function beginSubscription(
  ledger: Ledger,
  request: HubRequest & { leaseSeconds: number },
): Promise<boolean> {
  const { channelId, feedChannelId, topic, callback, callbackHost, leaseSeconds, feedTokenId } = request;
  return ledger.transaction().execute(async (tx) => {
    if (!(await endRequest(tx, request))) return false;
    const feed = await tx
      .selectFrom('channels')
      .select('id')
      .where('id', '=', feedChannelId)
      .where('deleted_at', 'is', null)
      .forShare()
      .executeTakeFirst();
    if (feed === undefined) return false;
    await sql`
      insert into channels as c (id, type, name, enabled, filter, settings, sealed_secrets, fed_by)
      values (${channelId}, ${SUBSCRIPTION_TYPE}, ${callbackHost.slice(0, 200)}, true,
              '{"sections": [], "sources": [], "keywords": []}', ${JSON.stringify({ callback, topic })},
              ${request.sealedSecrets}, ${feedChannelId})
      on conflict (id) do update
        set sealed_secrets = excluded.sealed_secrets, deleted_at = null, updated_at = clock_timestamp()
        where c.type = excluded.type`.execute(tx);
    await sql`
      insert into hub_subscriptions as s
        (channel_id, feed_channel_id, topic, callback, callback_host, lease_seconds, feed_token_id, expires_at)
      values (${channelId}, ${feedChannelId}, ${topic}, ${callback}, ${callbackHost}, ${leaseSeconds}, ${feedTokenId},
              clock_timestamp() + ${leaseSeconds}::int * interval '1 second')
      on conflict (channel_id) do update
        set lease_seconds = excluded.lease_seconds, feed_token_id = excluded.feed_token_id, expires_at = excluded.expires_at, verified_at = clock_timestamp(),
            ended_at = null, end_reason = null`.execute(tx);
    await announceChannel(tx, channelId);
    return true;
  });
}

/** Ends the subscription, and what waits for it with it. False if there is none that stands. */
export async function endSubscription(
  tx: LedgerTransaction,
  channelId: string,
  reason: string,
): Promise<boolean> {
  const ended = await tx
    .updateTable('hub_subscriptions')
    .set({ ended_at: sql`clock_timestamp()`, end_reason: reason })
    .where('channel_id', '=', channelId)
    .where('ended_at', 'is', null)
    .returning('channel_id')
    .executeTakeFirst();
  if (ended === undefined) return false;
  await closeChannel(tx, channelId);
  return true;
}

/** Ends a verified unsubscription's subscription. False if there was none, or the request was replaced meanwhile. */
export async function endByRequest(ledger: Ledger, request: HubRequest): Promise<boolean> {
  return ledger.transaction().execute(async (tx) => {
    if (!(await endRequest(tx, request))) return false;
    return endSubscription(tx, request.channelId, 'unsubscribed');
  });
}

/**
 * Ends a subscription against its subscriber's will, who is told so with the reason (section 5.2). False if there is none that
 * stands.
 */
export async function denySubscription(
  ledger: Ledger,
  channelId: string,
  reason: string,
  alongside: Alongside = () => Promise.resolve(),
): Promise<boolean> {
  return ledger.transaction().execute(async (tx) => {
    const parties = await partiesOf(tx, channelId);
    if (parties === undefined || !(await endSubscription(tx, channelId, reason))) return false;
    await putRequest(tx, {
      ...parties,
      mode: 'denied',
      sealedSecrets: '',
      leaseSeconds: null,
      feedTokenId: null,
      reason,
    });
    await alongside(tx);
    return true;
  });
}

async function partiesOf(tx: LedgerTransaction, channelId: string): Promise<HubParties | undefined> {
  const row = await tx
    .selectFrom('hub_subscriptions')
    .select(['feed_channel_id', 'topic', 'callback', 'callback_host'])
    .where('channel_id', '=', channelId)
    .executeTakeFirst();
  return (
    row && {
      channelId,
      feedChannelId: row.feed_channel_id,
      topic: row.topic,
      callback: row.callback,
      callbackHost: row.callback_host,
    }
  );
}

/**
 * Whether the subscription `s` may still read its feed, the channel `f`: everybody may, or its partner's token is there and has not
 * expired. Asked at each push, so that a token that is revoked opens nothing from then on.
 */
const mayRead = sql<boolean>`(coalesce(f.settings ->> 'access', 'public') = 'public' or exists (
  select from feed_tokens t
  where t.id = s.feed_token_id and t.channel_id = s.feed_channel_id
    and (t.expires_at is null or t.expires_at > clock_timestamp())))`;

/** Subscriptions whose time is over: by their lease, their feed or their channel was deleted, or they may not read it any more. */
export interface OverSubscription {
  channelId: string;
  why: 'lease' | 'feed-closed' | 'channel-deleted' | 'not-allowed';
}

export async function subscriptionsThatAreOver(ledger: Ledger, limit: number): Promise<OverSubscription[]> {
  const { rows } = await sql<OverSubscription>`
    select s.channel_id as "channelId",
           case when f.deleted_at is not null then 'feed-closed'
                when c.deleted_at is not null then 'channel-deleted'
                when not ${mayRead} then 'not-allowed' else 'lease' end as why
    from hub_subscriptions s
    join channels f on f.id = s.feed_channel_id
    join channels c on c.id = s.channel_id
    where s.ended_at is null
      and (s.expires_at <= clock_timestamp() or f.deleted_at is not null or c.deleted_at is not null
           or not ${mayRead})
    order by s.expires_at limit ${limit}`.execute(ledger);
  return rows;
}

/** Whether something may go out to it now: its lease is not over, nor anything else that ended it, and it may read the feed. */
export async function subscriptionStands(ledger: Ledger, channelId: string): Promise<boolean> {
  const row = await ledger
    .selectFrom('hub_subscriptions as s')
    .innerJoin('channels as f', 'f.id', 's.feed_channel_id')
    .select('s.channel_id')
    .where('s.channel_id', '=', channelId)
    .where('s.ended_at', 'is', null)
    .where('s.expires_at', '>', sql<Date>`clock_timestamp()`)
    .where(mayRead)
    .executeTakeFirst();
  return row !== undefined;
}

/** What a feed began to serve. */
export interface NowServed {
  articleId: string;
  version: number;
  action: DeliveryAction;
  feedChannelId: string;
  renditionId: string;
}

/**
 * Hands what feeds serve now on to their subscribers, in the transaction that says so: deliveries are made of it as of what
 * transform announces. Ids of deliveries follow from what they deliver, so that a repeat makes none.
 */
export async function announceServed(tx: LedgerTransaction, served: readonly NowServed[]): Promise<void> {
  if (served.length === 0) return;
  const feeds = [...new Set(served.map(({ feedChannelId }) => feedChannelId))];
  const rows = await tx
    .selectFrom('hub_subscriptions as s')
    .innerJoin('channels as f', 'f.id', 's.feed_channel_id')
    .select(['s.channel_id', 's.feed_channel_id'])
    .where('s.feed_channel_id', 'in', feeds)
    .where('s.ended_at', 'is', null)
    .where('s.expires_at', '>', sql<Date>`clock_timestamp()`)
    .where(mayRead)
    .orderBy('s.channel_id')
    .execute();
  const byFeed = Map.groupBy(rows, (row) => row.feed_channel_id);
  for (const { feedChannelId, articleId, version, action, renditionId } of served) {
    const channelIds = (byFeed.get(feedChannelId) ?? []).map((row) => row.channel_id);
    for (let start = 0; start < channelIds.length; start += RENDITION_BATCH) {
      await enqueueEvent(tx, SUBJECTS.renditionReady, {
        renditionId,
        articleId,
        version,
        action,
        channelIds: channelIds.slice(start, start + RENDITION_BATCH),
      });
    }
  }
}

export type SubscriptionState = 'pending' | 'active' | 'ended';

export interface SubscriptionView {
  id: string;
  topic: string;
  callback: string;
  callbackHost: string;
  feedChannelId: string;
  state: SubscriptionState;
  leaseSeconds: number | null;
  verifiedAt: Date | null;
  expiresAt: Date | null;
  endedAt: Date | null;
  endReason: string | null;
  createdAt: Date;
}

export interface SubscriptionQuery {
  limit: number;
  after: { createdAt: string; id: string } | null;
  topic?: string | undefined;
  host?: string | undefined;
  state?: SubscriptionState | undefined;
}

/** Newest first, those that are still to be verified among them; `limit + 1` rows so that the caller sees whether there are more. */
export async function listSubscriptions(
  ledger: Ledger,
  query: SubscriptionQuery,
): Promise<SubscriptionView[]> {
  const { after, topic, host, state } = query;
  const conditions = [
    sql<boolean>`true`,
    ...(topic === undefined ? [] : [sql<boolean>`x.topic = ${topic}`]),
    ...(host === undefined ? [] : [sql<boolean>`x."callbackHost" = ${host}`]),
    ...(state === undefined ? [] : [sql<boolean>`x.state = ${state}`]),
    ...(after === null
      ? []
      : [sql<boolean>`(x."createdAt", x.id) < (${after.createdAt}::timestamptz, ${after.id})`]),
  ];
  const { rows } = await sql<SubscriptionView>`
    select x.* from (
      select channel_id as id, topic, callback, callback_host as "callbackHost", feed_channel_id as "feedChannelId",
             case when ended_at is null and expires_at > clock_timestamp() then 'active' else 'ended' end as state,
             lease_seconds as "leaseSeconds", verified_at as "verifiedAt", expires_at as "expiresAt",
             coalesce(ended_at, case when expires_at <= clock_timestamp() then expires_at end) as "endedAt",
             coalesce(end_reason, case when expires_at <= clock_timestamp() then ${LEASE_OVER} end) as "endReason",
             created_at as "createdAt"
      from hub_subscriptions
      union all
      select channel_id, topic, callback, callback_host, feed_channel_id, 'pending', lease_seconds,
             null, null, null, null, requested_at
      from hub_requests r
      where mode = 'subscribe' and not exists (select from hub_subscriptions s where s.channel_id = r.channel_id)
    ) as x
    where ${sql.join(conditions, sql` and `)}
    order by x."createdAt" desc, x.id desc
    limit ${query.limit + 1}`.execute(ledger);
  return rows;
}

/** How many subscriptions there are in each state, for gauges. */
export async function subscriptionFigures(
  ledger: Ledger | LedgerTransaction,
): Promise<{ active: number; pending: number }> {
  const { rows } = await sql<{ active: number; pending: number }>`
    select (select count(*)::float8 from hub_subscriptions where ended_at is null) as active,
           (select count(*)::float8 from hub_requests where mode <> 'denied') as pending`.execute(ledger);
  return rows[0] ?? { active: 0, pending: 0 };
}
