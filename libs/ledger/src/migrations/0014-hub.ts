import { sql, type Kysely } from 'kysely';

/**
 * The WebSub hub: each subscription is a channel that a feed channel feeds, and a row with its lease. What subscribers ask for
 * waits until it is verified with them.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    -- The channel whose served articles go on to this one; routing passes it by. Null for channels that operators set up.
    alter table channels add column fed_by text;
    create index channels_fed_by on channels (fed_by) where fed_by is not null;
    -- From an article to the feeds that hold it.
    create index shelf_entries_of_article on shelf_entries (article_id);

    create table hub_subscriptions (
      -- Of the topic and the callback: who subscribes again has the same one.
      channel_id text primary key references channels (id),
      feed_channel_id text not null references channels (id),
      topic text not null,
      callback text not null,
      callback_host text not null,
      lease_seconds int not null,
      -- The partner's token (feed_tokens) that it was asked for with; null where none was shown.
      feed_token_id uuid,
      verified_at timestamptz(3) not null default clock_timestamp(),
      expires_at timestamptz(3) not null,
      -- Of its first verification.
      created_at timestamptz(3) not null default clock_timestamp(),
      ended_at timestamptz(3),
      end_reason text
    );
    create index hub_subscriptions_of_feed on hub_subscriptions (feed_channel_id) where ended_at is null;
    create index hub_subscriptions_of_host on hub_subscriptions (callback_host) where ended_at is null;
    create index hub_subscriptions_leases on hub_subscriptions (expires_at) where ended_at is null;
    create index hub_subscriptions_newest on hub_subscriptions (created_at desc, channel_id desc);

    -- What is still to be told to callbacks: intents to verify, and denials.
    create table hub_requests (
      channel_id text not null,
      mode text not null check (mode in ('subscribe', 'unsubscribe', 'denied')),
      -- Another one each time it is asked for: what was begun for an earlier asking changes nothing.
      token uuid not null,
      feed_channel_id text not null references channels (id),
      topic text not null,
      callback text not null,
      callback_host text not null,
      sealed_secrets text not null,
      lease_seconds int,
      feed_token_id uuid,
      reason text,
      tries int not null default 0,
      due_at timestamptz(3) not null default clock_timestamp(),
      requested_at timestamptz(3) not null default clock_timestamp(),
      primary key (channel_id, mode)
    );
    create index hub_requests_due on hub_requests (due_at);
    create index hub_requests_of_host on hub_requests (callback_host);

    -- The one delivery of a channel that may be sent now, of types whose requests go one after the other.
    create table channel_turns (
      channel_id text primary key references channels (id),
      token uuid not null,
      since timestamptz not null,
      until timestamptz not null
    );
  `.execute(db);
}
