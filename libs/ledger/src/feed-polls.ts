import { sql } from 'kysely';
import { MOST_POLLS_AN_HOUR, SILENT_AFTER_HOURS } from '@newsrelay/contracts/feed-token';
import type { Ledger } from './database.js';

/* Who polls which feed how often: counted by the processes that serve, added up here by day. No addresses. */

/** What one process counted since it last wrote, of one reader of one channel. */
export interface CountedPolls {
  channelId: string;
  /** Null where no token was shown that is one of the channel's. */
  token: { id: string; name: string } | null;
  reader: string;
  /** Answered 200, 304, and anything else. */
  ok: number;
  notModified: number;
  other: number;
  /** Milliseconds since 1970, by the clock of the process. */
  lastAt: number;
  /** The last one answered 200 or 304; null if none was. */
  servedAt: number | null;
  /** The last one that showed a token which a rotation replaced. */
  replacedAt: number | null;
}

/** Adds counts up, in one statement. Channels and tokens that are not there any more are passed over. */
export async function addPolls(ledger: Ledger, counted: readonly CountedPolls[]): Promise<void> {
  if (counted.length === 0) return;
  const given = counted.map(({ token, ...row }) => ({
    ...row,
    tokenId: token?.id ?? null,
    token: token?.name ?? '',
  }));
  const instant = (name: string) => sql`least(to_timestamp(r.${sql.id(name)} / 1000.0), clock_timestamp())`;
  await sql`
    with given as (
      select r."channelId" as channel_id, r."tokenId" as token_id, r.token, r.reader, r.ok, r."notModified" as not_modified,
             r.other, ${instant('lastAt')} as last_at, ${instant('servedAt')} as served_at,
             ${instant('replacedAt')} as replaced_at
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as r("channelId" text, "tokenId" uuid, token text, reader text,
        ok int, "notModified" int, other int, "lastAt" float8, "servedAt" float8, "replacedAt" float8)
    ), booked as (
      insert into feed_polls as p (channel_id, day, token, reader, ok, not_modified, other, last_at, served_at)
      select g.channel_id, (g.last_at at time zone 'Asia/Shanghai')::date as day, g.token, g.reader, sum(g.ok)::int,
             sum(g.not_modified)::int, sum(g.other)::int, max(g.last_at), max(g.served_at)
      from given g join channels c on c.id = g.channel_id
      group by g.channel_id, day, g.token, g.reader
      -- Always in the same order, so that two processes never wait for each other.
      order by g.channel_id, day, g.token, g.reader
      on conflict (channel_id, day, token, reader) do update
        set ok = p.ok + excluded.ok, not_modified = p.not_modified + excluded.not_modified, other = p.other + excluded.other,
            last_at = greatest(p.last_at, excluded.last_at), served_at = greatest(p.served_at, excluded.served_at)
    ), used as (
      select token_id, sum(ok + not_modified + other)::int as polls, sum(ok)::int as "full", max(last_at) as at,
             max(replaced_at) as replaced_at, date_trunc('hour', max(last_at)) as hour
      from given where token_id is not null group by token_id
    ), locked as (
      select t.id from feed_tokens t where t.id in (select token_id from used) order by t.id for update
    )
    update feed_tokens t
    set last_used_at = greatest(t.last_used_at, u.at),
        previous_used_at = greatest(t.previous_used_at, u.replaced_at),
        hour = greatest(t.hour, u.hour),
        -- What comes late, from a process with another clock, belongs to the hour that has begun.
        hour_polls = case when t.hour >= u.hour then t.hour_polls else 0 end + u.polls,
        hour_full = case when t.hour >= u.hour then t.hour_full else 0 end + u."full",
        before_polls = case when t.hour >= u.hour then t.before_polls when t.hour = u.hour - interval '1 hour' then t.hour_polls else 0 end,
        before_full = case when t.hour >= u.hour then t.before_full when t.hour = u.hour - interval '1 hour' then t.hour_full else 0 end
    from used u join locked l on l.id = u.token_id
    where t.id = u.token_id`.execute(ledger);
}

/** What polls of a feed came to. */
export interface PollCounts {
  ok: number;
  notModified: number;
  other: number;
}

export interface FeedUsage {
  /** Of a request that was answered 200 or 304; null if there was none that is still known. */
  lastPolledAt: Date | null;
  silentForSeconds: number | null;
  /** The last heard first. */
  readers: ({ name: string; token: string | null; lastAt: Date } & PollCounts)[];
  /** Newest first; days without a request are left out. `date` as the calendar of Shanghai has it. */
  perDay: ({ date: string } & PollCounts)[];
  /** Partners that asked too often in this clock hour or the one before: the higher counts of the two. */
  overPolling: { token: string; polls: number; full: number }[];
}

const MOST_READERS = 100;

const counts = sql`sum(p.ok)::float8 as ok, sum(p.not_modified)::float8 as "notModified", sum(p.other)::float8 as other`;

/** Requests of the hour before count until this one is over. */
const overPolled = sql`
  select t.channel_id, t.name, greatest(t.hour_polls, t.before_polls) as polls, greatest(t.hour_full, t.before_full) as "full"
  from (
    select f.channel_id, f.name,
           case when f.hour = h.hour then f.hour_polls else 0 end as hour_polls,
           case when f.hour = h.hour then f.hour_full else 0 end as hour_full,
           case when f.hour = h.hour then f.before_polls when f.hour = h.hour - interval '1 hour' then f.hour_polls else 0 end as before_polls,
           case when f.hour = h.hour then f.before_full when f.hour = h.hour - interval '1 hour' then f.hour_full else 0 end as before_full
    from feed_tokens f cross join (select date_trunc('hour', clock_timestamp()) as hour) as h
  ) as t
  where greatest(t.hour_full, t.before_full) > ${sql.lit(MOST_POLLS_AN_HOUR.full)}
     or greatest(t.hour_polls, t.before_polls) > ${sql.lit(MOST_POLLS_AN_HOUR.all)}`;

/** How a channel's feed was asked for in the last `days` days, today included. */
export async function readFeedUsage(ledger: Ledger, channelId: string, days: number): Promise<FeedUsage> {
  const since = sql`(clock_timestamp() at time zone 'Asia/Shanghai')::date - ${days - 1}::int`;
  const { rows: last } = await sql<{ at: Date | null; age: number | null }>`
    select max(served_at) as at, floor(extract(epoch from clock_timestamp() - max(served_at)))::float8 as age
    from feed_polls where channel_id = ${channelId}`.execute(ledger);
  const { rows: perDay } = await sql<FeedUsage['perDay'][number]>`
    select p.day as date, ${counts} from feed_polls p
    where p.channel_id = ${channelId} and p.day >= ${since} group by p.day order by p.day desc`.execute(
    ledger,
  );
  const { rows: readers } = await sql<FeedUsage['readers'][number]>`
    select p.reader as name, nullif(p.token, '') as token, max(p.last_at) as "lastAt", ${counts} from feed_polls p
    where p.channel_id = ${channelId} and p.day >= ${since} group by p.reader, p.token
    order by max(p.last_at) desc, p.reader, p.token limit ${MOST_READERS}`.execute(ledger);
  const { rows: overPolling } = await sql<FeedUsage['overPolling'][number]>`
    select o.name as token, o.polls, o."full" from (${overPolled}) as o where o.channel_id = ${channelId} order by o.name`.execute(
    ledger,
  );
  return {
    lastPolledAt: last[0]?.at ?? null,
    silentForSeconds: last[0]?.age ?? null,
    readers,
    perDay,
    overPolling,
  };
}

/** A feed that its readers have stopped asking for: those with one token, or all. */
export interface SilentFeed {
  channelId: string;
  token: string | null;
  silentSeconds: number;
  lastAt: Date | null;
}

/**
 * Of channels that are read by token: each partner that was not heard for as long as the channel says, or a day; one that has a
 * token and never came is silent since it got it. Of the others only those that say after how long.
 */
export async function silentFeeds(ledger: Ledger): Promise<SilentFeed[]> {
  const { rows } = await sql<SilentFeed>`
    with watched as (
      select c.id, greatest(c.created_at, c.settings_changed_at) as since, c.settings->>'access' = 'token' as by_token,
             (c.settings->>'silentAfterHours')::float8 as hours
      from channels c
      where c.deleted_at is null and c.enabled and (c.settings->>'access' = 'token' or c.settings ? 'silentAfterHours')
    ), heard as (
      select w.id, t.name as token, coalesce(t.last_used_at, t.created_at) as since, t.last_used_at as last_at,
             coalesce(w.hours, ${sql.lit(SILENT_AFTER_HOURS)}) as hours
      from watched w join feed_tokens t on t.channel_id = w.id
      where w.by_token and (t.expires_at is null or t.expires_at > clock_timestamp())
      union all
      select w.id, null, greatest(w.since, p.served_at), p.served_at, w.hours
      from watched w cross join lateral (select max(served_at) as served_at from feed_polls where channel_id = w.id) as p
      where w.by_token is distinct from true and w.hours is not null
    )
    select id as "channelId", token, floor(extract(epoch from clock_timestamp() - since))::float8 as "silentSeconds",
           last_at as "lastAt"
    from heard where since < clock_timestamp() - hours * interval '1 hour' order by id, token`.execute(
    ledger,
  );
  return rows;
}

/** Partners that ask too often, of channels that are there. */
export async function overPolledFeeds(
  ledger: Ledger,
): Promise<{ channelId: string; token: string; polls: number; full: number }[]> {
  const { rows } = await sql<{ channelId: string; token: string; polls: number; full: number }>`
    select o.channel_id as "channelId", o.name as token, o.polls, o."full" from (${overPolled}) as o
    order by o.channel_id, o.name`.execute(ledger);
  return rows;
}
