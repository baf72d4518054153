import { sql, type Kysely } from 'kysely';

/**
 * What the engine needs to work on many deliveries with one statement: messages that deliveries share, how each outlet does,
 * and which process works on a backlog.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    -- Frozen bytes, once for all deliveries of an article that send the same.
    -- Refers to no article: the check would make a batch of claims wait for whoever holds one of the articles.
    create table messages (
      article_id uuid not null,
      -- SHA-256 of the body.
      hash bytea not null,
      body text not null,
      primary key (article_id, hash)
    );
    -- Set by the first claim. Deliveries that began before this migration have their bytes in body.
    alter table deliveries add column message_hash bytea;

    -- A channel whose last attempts failed; one that does well has no row.
    create table breakers (
      channel_id text primary key references channels,
      -- Attempts since the last that arrived.
      failures int not null,
      failing_since timestamptz(3) not null,
      -- While it lies ahead nothing goes out; once it is past one delivery tries. Null: closed.
      open_until timestamptz(3),
      opened_at timestamptz(3)
    );

    -- A lane of a channel of which one process works off what waits, straight from the ledger: its deliveries need no jobs.
    create table backlogs (
      channel_id text not null references channels,
      action text not null check (action in ('publish', 'withdraw')),
      holder text not null,
      held_until timestamptz(3) not null,
      primary key (channel_id, action)
    );

    -- Each is checked row by row, which costs as much as the row. The statements that write them join what they refer to, and
    -- nothing of it is ever deleted.
    alter table deliveries drop constraint deliveries_article_id_fkey;
    alter table deliveries drop constraint deliveries_channel_id_fkey;
    alter table deliveries drop constraint deliveries_rendition_id_fkey;
    alter table attempts drop constraint attempts_delivery_id_fkey;
    alter table routes drop constraint routes_article_id_version_fkey;
    alter table routes drop constraint routes_channel_id_fkey;

    -- The way to what waits for one channel, the longest due first.
    create index deliveries_waiting_of_channel on deliveries (channel_id, action, next_attempt_at)
      where state in ('queued', 'retrying');
    -- By channel and by time, for lists; what the state is asked for with is in partial indexes. An expression, which lists ask
    -- for: whatever else asks for a channel has an article too, and must not read all of the channel's history, as a planner
    -- does that takes the table for small.
    create index deliveries_newest_of_channel on deliveries ((channel_id || ''), created_at desc, id desc);
    drop index deliveries_of_channel;
    drop index deliveries_waiting;
  `.execute(db);
}
