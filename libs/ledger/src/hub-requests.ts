import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import type { Ledger, LedgerTransaction } from './database.js';

/*
 * What the hub is still to tell callbacks: intents that it verifies (W3C Recommendation "WebSub", section 5.3) and denials. One
 * row for each subscription and mode: who asks again is asked once.
 */

export type HubMode = 'subscribe' | 'unsubscribe' | 'denied';

/** Whom it concerns. */
export interface HubParties {
  /** Of the subscription, there or to be: from {@link subscriptionId}. */
  channelId: string;
  feedChannelId: string;
  topic: string;
  callback: string;
  callbackHost: string;
}

export interface NewHubRequest extends HubParties {
  mode: HubMode;
  /** Sealed for `channelId`. Empty where nothing is to be kept. */
  sealedSecrets: string;
  /** As it will be granted; null for what has none. */
  leaseSeconds: number | null;
  /** The partner's token that it was asked for with; null where none was shown. */
  feedTokenId: string | null;
  /** Of a denial. */
  reason: string | null;
}

export interface HubRequest extends NewHubRequest {
  token: string;
  tries: number;
}

/** Why a request is not taken. */
export type HubRefusal = 'host-requests' | 'all-requests' | 'host-subscriptions' | 'all-subscriptions';

export interface HubLimits {
  /** Requests that wait to be verified: with one callback host, and in all. */
  hostRequests: number;
  allRequests: number;
  /** Subscriptions: of one callback host, and in all. */
  hostSubscriptions: number;
  allSubscriptions: number;
}

/**
 * Puts the request down, in place of an earlier one of the same mode that waits. Null if it was taken; else what is full: what is
 * there already may always be renewed. Limits may be passed by as many as come in at the same moment.
 */
export async function askHub(
  ledger: Ledger,
  request: NewHubRequest,
  limits: HubLimits,
): Promise<HubRefusal | null> {
  const refusal = await refusalOf(ledger, request, limits);
  if (refusal === null) await ledger.transaction().execute((tx) => putRequest(tx, request));
  return refusal;
}

async function refusalOf(
  ledger: Ledger,
  { channelId, mode, callbackHost }: NewHubRequest,
  limits: HubLimits,
): Promise<HubRefusal | null> {
  const { rows } = await sql<{
    renews: boolean;
    waits: boolean;
    host_requests: number;
    all_requests: number;
    host_subscriptions: number;
    all_subscriptions: number;
  }>`
    select exists (select from hub_subscriptions where channel_id = ${channelId} and ended_at is null) as renews,
           exists (select from hub_requests where channel_id = ${channelId} and mode = ${mode}) as waits,
           (select count(*)::int from hub_requests where callback_host = ${callbackHost}) as host_requests,
           (select count(*)::int from (select from hub_requests limit ${limits.allRequests}) as r) as all_requests,
           (select count(*)::int from hub_subscriptions
            where callback_host = ${callbackHost} and ended_at is null) as host_subscriptions,
           (select count(*)::int from (select from hub_subscriptions where ended_at is null
                                       limit ${limits.allSubscriptions}) as s) as all_subscriptions`.execute(
    ledger,
  );
  const [there] = rows;
  if (there === undefined || there.waits) return null;
  if (there.host_requests >= limits.hostRequests) return 'host-requests';
  if (there.all_requests >= limits.allRequests) return 'all-requests';
  if (mode !== 'subscribe' || there.renews) return null;
  if (there.host_subscriptions >= limits.hostSubscriptions) return 'host-subscriptions';
  return there.all_subscriptions >= limits.allSubscriptions ? 'all-subscriptions' : null;
}

/** As {@link askHub} without limits: what the hub has to tell by itself. */
export async function putRequest(tx: LedgerTransaction, request: NewHubRequest): Promise<void> {
  const token = randomUUID();
  await sql`
    insert into hub_requests as r (channel_id, mode, token, feed_channel_id, topic, callback, callback_host, sealed_secrets,
                                   lease_seconds, feed_token_id, reason)
    values (${request.channelId}, ${request.mode}, ${token}, ${request.feedChannelId}, ${request.topic},
            ${request.callback}, ${request.callbackHost}, ${request.sealedSecrets}, ${request.leaseSeconds}, ${request.feedTokenId}, ${request.reason})
    on conflict (channel_id, mode) do update
      set token = excluded.token, sealed_secrets = excluded.sealed_secrets, lease_seconds = excluded.lease_seconds,
          feed_token_id = excluded.feed_token_id, reason = excluded.reason, tries = 0, due_at = clock_timestamp(), requested_at = clock_timestamp()`.execute(
    tx,
  );
  await sql`select pg_notify(${NOTIFICATIONS.hubRequests}, '')`.execute(tx);
}

/**
 * Requests whose time has come, the longest due first, without those of `hosts` and of the subscriptions `channels`. Of one subscription
 * the one that was asked for first: what is verified last is what stands.
 */
export async function dueRequests(
  ledger: Ledger,
  limit: number,
  except: { hosts: readonly string[]; channels: readonly string[] },
): Promise<HubRequest[]> {
  const { rows } = await sql<HubRequest>`
    select r.channel_id as "channelId", r.mode, r.token, r.feed_channel_id as "feedChannelId", r.topic, r.callback,
           r.callback_host as "callbackHost", r.sealed_secrets as "sealedSecrets", r.lease_seconds as "leaseSeconds",
           r.feed_token_id as "feedTokenId",
           r.reason, r.tries
    from hub_requests r
    where r.due_at <= clock_timestamp() and r.callback_host <> all (${[...except.hosts]}::text[])
      and r.channel_id <> all (${[...except.channels]}::text[])
      and not exists (select from hub_requests e
                      where e.channel_id = r.channel_id and e.mode <> r.mode and e.requested_at < r.requested_at)
    order by r.due_at limit ${limit}`.execute(ledger);
  return rows;
}

/** It is over, whatever came of it, unless it was asked for anew. False if it was. */
export async function endRequest(
  ledger: Ledger | LedgerTransaction,
  { channelId, mode, token }: Pick<HubRequest, 'channelId' | 'mode' | 'token'>,
): Promise<boolean> {
  const { numDeletedRows } = await ledger
    .deleteFrom('hub_requests')
    .where('channel_id', '=', channelId)
    .where('mode', '=', mode)
    .where('token', '=', token)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** It is tried again in `inMs` milliseconds. */
export async function deferRequest(
  ledger: Ledger,
  { channelId, mode, token }: Pick<HubRequest, 'channelId' | 'mode' | 'token'>,
  inMs: number,
): Promise<void> {
  await ledger
    .updateTable('hub_requests')
    .set({
      tries: sql`tries + 1`,
      due_at: sql`clock_timestamp() + ${inMs}::float8 * interval '1 millisecond'`,
    })
    .where('channel_id', '=', channelId)
    .where('mode', '=', mode)
    .where('token', '=', token)
    .execute();
}
