import { sql, type Kysely } from 'kysely';

/** Replays of a window of articles to one channel: what was asked for, and how far it has come. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table replays (
      id uuid primary key,
      channel_id text not null references channels,
      since timestamptz(3) not null,
      until timestamptz(3) not null,
      -- Only deliveries in these states; null: all that can be sent again, and articles without a delivery.
      states jsonb,
      rate_per_second int not null check (rate_per_second > 0),
      requested_by_id text not null,
      requested_by_name text not null,
      created_at timestamptz(3) not null default clock_timestamp(),
      -- Articles that matched when it was asked for.
      count int not null,
      state text not null default 'running' check (state in ('running', 'done', 'canceled', 'failed')),
      -- Of what failed.
      reason text,
      -- The last article that was seen to, by the release of its current version.
      cursor_at timestamptz(3),
      cursor_article uuid,
      replayed int not null default 0,
      skipped int not null default 0,
      -- Ids of the deliveries that were asked for last and may not be over.
      awaited jsonb not null default '[]',
      -- The next article's turn, by this server's clock: the rate, and what keeps it back.
      next_at timestamptz(3) not null default clock_timestamp(),
      waiting_for text,
      finished_at timestamptz(3)
    );
    create unique index replays_one_running on replays (channel_id) where state = 'running';
    create index replays_newest on replays (created_at desc, id desc);
  `.execute(db);
}
