import { sql, type Kysely } from 'kysely';

/** Articles and their versions, the outbox, channels, renditions, deliveries with attempts, the shelf of served channels. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create sequence release_sequence;

    create table articles (
      id uuid primary key,
      source text not null,
      source_id text not null,
      latest_version int not null default 0,
      published_version int,
      first_released_at timestamptz(3),
      -- Versions up to this one are withdrawn; a later one may be released again by an editor.
      withdrawn_through int not null default 0,
      withdrawn_at timestamptz(3),
      -- Day of the newspaper page it came from; the same article of a page sent again is looked for here.
      page_date date,
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp(),
      unique (source, source_id)
    );
    create index articles_newest on articles (created_at desc, id desc);
    create index articles_of_page on articles (source, page_date) where page_date is not null;

    create table article_versions (
      article_id uuid not null references articles,
      version int not null,
      state text not null check (state in ('held', 'scheduled', 'published', 'discarded', 'withdrawn')),
      content jsonb not null,
      -- Hash of the input as sent, without publishedAt, and that publishedAt: what "the same again" means.
      input_hash text not null,
      input_published_at timestamptz(3),
      -- Text of the article on its page, as it stood; null for articles by API.
      page_text text,
      holds jsonb not null default '[]',
      repairs jsonb not null default '[]',
      note text,
      published_at timestamptz(3) not null,
      embargo_until timestamptz(3),
      -- Set when the version is released. release_order sorts releases also within one instant.
      released_at timestamptz(3),
      release_order bigint,
      -- Channels chosen for the version, recorded once: a re-run of routing sees the same.
      routed_at timestamptz(3),
      created_at timestamptz(3) not null default clock_timestamp(),
      primary key (article_id, version)
    );
    create index versions_released on article_versions (released_at) where released_at is not null;
    create index versions_due on article_versions (embargo_until) where state = 'scheduled';

    create table withdrawals (
      order_id uuid primary key,
      article_id uuid not null references articles,
      through_version int not null,
      reason text not null,
      ordered_at timestamptz(3) not null default clock_timestamp(),
      unique (article_id, through_version)
    );
    create index withdrawals_newest on withdrawals (ordered_at);

    create table outbox (
      sequence bigint generated always as identity primary key,
      event_id uuid not null unique,
      subject text not null,
      payload jsonb not null,
      created_at timestamptz(3) not null default clock_timestamp()
    );

    create table channels (
      id text primary key,
      type text not null,
      name text not null,
      enabled boolean not null,
      filter jsonb not null,
      settings jsonb not null,
      -- AES-256-GCM, bound to the channel id.
      sealed_secrets text not null,
      paused_since timestamptz(3),
      pause_reason text,
      deleted_at timestamptz(3),
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp()
    );

    create table routes (
      article_id uuid not null,
      version int not null,
      channel_id text not null references channels,
      rendition_id text,
      primary key (article_id, version, channel_id),
      foreign key (article_id, version) references article_versions
    );
    create index routes_of_channel on routes (channel_id);

    create table renditions (
      id text primary key,
      article_id uuid not null,
      version int not null,
      action text not null check (action in ('publish', 'withdraw')),
      channel_type text not null,
      -- Null where the type refused the version; then refusal says why.
      content jsonb,
      refusal jsonb,
      created_at timestamptz(3) not null default clock_timestamp(),
      foreign key (article_id, version) references article_versions
    );

    create table deliveries (
      id text primary key,
      article_id uuid not null references articles,
      version int not null,
      channel_id text not null references channels,
      action text not null check (action in ('publish', 'withdraw')),
      state text not null check (state in ('queued', 'sending', 'retrying', 'accepted', 'delivered', 'superseded',
                                           'canceled', 'unknown', 'manual', 'dead')),
      reason text,
      rendition_id text not null references renditions,
      -- Raised by every claim: a sender that lost its lease can no longer write its result.
      epoch int not null default 0,
      lease_until timestamptz(3),
      -- Attempts of the current round; an operator's retry begins a new one, the attempt rows count on.
      attempt_count int not null default 0,
      attempts_in_round int not null default 0,
      round_started_at timestamptz(3) not null default clock_timestamp(),
      next_attempt_at timestamptz(3),
      -- Set by the first claim, with the bytes that every attempt sends.
      begun_at timestamptz(3),
      body text,
      previous_version int,
      remote_url text,
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp()
    );
    -- At most one sender per (article, channel), whatever else goes wrong.
    create unique index deliveries_one_sender on deliveries (article_id, channel_id) where state = 'sending';
    create index deliveries_of_article on deliveries (article_id, channel_id, version);
    create index deliveries_of_channel on deliveries (channel_id, state);
    create index deliveries_newest on deliveries (created_at desc, id desc);
    create index deliveries_waiting on deliveries (next_attempt_at) where state in ('queued', 'retrying');
    create index deliveries_leased on deliveries (lease_until) where state = 'sending';
    create index deliveries_accepted on deliveries (channel_id) where state = 'accepted';

    create table attempts (
      delivery_id text not null references deliveries,
      number int not null,
      epoch int not null,
      started_at timestamptz(3) not null,
      duration_ms int,
      outcome text,
      status int,
      error text,
      response text,
      primary key (delivery_id, number)
    );

    -- What a served channel shows: one row an article, whose id and place never change.
    create table shelf_entries (
      channel_id text not null references channels,
      article_id uuid not null references articles,
      version int not null,
      rendition_id text not null references renditions,
      -- Release of the first version that this channel got: instant and order.
      first_released_at timestamptz(3) not null,
      release_order bigint not null,
      -- When the shelf took the version that stands here: what Last-Modified tells.
      changed_at timestamptz(3) not null,
      primary key (channel_id, article_id)
    );
    create index shelf_order on shelf_entries (channel_id, release_order desc);

    create table service_heartbeats (
      service text not null,
      instance text not null,
      pid int not null,
      version text not null,
      seen_at timestamptz(3) not null default clock_timestamp(),
      primary key (service, instance)
    );
  `.execute(db);
}
