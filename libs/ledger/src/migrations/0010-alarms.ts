import { sql, type Kysely } from 'kysely';

/** Work that one process does at a time, what operators are told of, and where it is told. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table leaders (
      name text primary key,
      holder text not null,
      -- By this server's clock alone.
      until timestamptz(3) not null
    );

    create table operator_events (
      id bigint generated always as identity primary key,
      at timestamptz(3) not null default clock_timestamp(),
      kind text not null,
      severity text not null check (severity in ('info', 'warning', 'critical')),
      subject text not null,
      -- Equal for what is the same alarm again.
      dedupe_key text not null,
      detail jsonb not null,
      -- A condition, open until it ends; else something that happened.
      lasts boolean not null,
      ended_at timestamptz(3),
      -- Counted and logged, by one process once.
      counted_at timestamptz(3)
    );
    create unique index operator_events_one_open on operator_events (dedupe_key) where lasts and ended_at is null;
    create index operator_events_by_key on operator_events (dedupe_key, at desc);
    create index operator_events_by_time on operator_events (at desc, id desc);
    create index operator_events_uncounted on operator_events (id) where counted_at is null;

    create table alarm_sinks (
      id text primary key,
      type text not null,
      name text not null,
      enabled boolean not null,
      language text not null check (language in ('zh', 'en')),
      min_severity text not null check (min_severity in ('info', 'warning', 'critical')),
      -- Empty: every kind.
      kinds jsonb not null,
      settings jsonb not null,
      sealed_secrets text not null,
      -- Nothing is sent before: what comes meanwhile is gathered into one message.
      not_before timestamptz(3) not null default clock_timestamp(),
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp()
    );
    create index alarm_sinks_by_time on alarm_sinks (created_at desc, id desc);

    create table alarm_deliveries (
      event_id bigint not null references operator_events (id) on delete cascade,
      sink_id text not null references alarm_sinks (id) on delete cascade,
      phase text not null check (phase in ('raised', 'ended')),
      state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'canceled')),
      attempts int not null default 0,
      next_attempt_at timestamptz(3),
      error text,
      updated_at timestamptz(3) not null default clock_timestamp(),
      primary key (event_id, sink_id, phase)
    );
    create index alarm_deliveries_waiting on alarm_deliveries (sink_id, next_attempt_at) where state = 'waiting';
    create index alarm_deliveries_by_sink on alarm_deliveries (sink_id, updated_at desc);
  `.execute(db);
}
