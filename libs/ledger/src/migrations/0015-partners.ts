import { sql, type Kysely } from 'kysely';

/** Tokens by which partners read a feed, and who polls feeds how often. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table feed_tokens (
      id uuid primary key,
      channel_id text not null references channels (id),
      name text not null,
      -- SHA-256.
      token_hash bytea not null unique,
      -- Last characters, by which people tell tokens apart.
      ending text not null,
      expires_at timestamptz(3),
      -- The one that a rotation replaced, as long as it is taken.
      previous_hash bytea unique,
      previous_until timestamptz(3),
      previous_used_at timestamptz(3),
      created_by_id text not null,
      created_by_name text not null,
      created_at timestamptz(3) not null default clock_timestamp(),
      rotated_at timestamptz(3),
      last_used_at timestamptz(3),
      -- Requests in the clock hour that the last one was in, and in the one before it; full: answered 200.
      hour timestamptz(0),
      hour_polls int not null default 0,
      hour_full int not null default 0,
      before_polls int not null default 0,
      before_full int not null default 0,
      unique (channel_id, name)
    );

    create table feed_polls (
      channel_id text not null references channels (id),
      -- In Shanghai.
      day date not null,
      -- Name of a token; empty where none was shown.
      token text not null,
      reader text not null,
      ok int not null default 0,
      not_modified int not null default 0,
      other int not null default 0,
      last_at timestamptz(3) not null,
      -- Of a request that was answered 200 or 304.
      served_at timestamptz(3),
      primary key (channel_id, day, token, reader)
    );
    create index feed_polls_by_time on feed_polls (last_at);
  `.execute(db);
}
