import { sql, type Kysely } from 'kysely';

/** Keys with their roles, sessions of browsers, and who changed what and when. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table api_keys (
      id uuid primary key,
      name text not null unique,
      role text not null check (role in ('admin', 'editor', 'operator', 'source')),
      source text,
      -- SHA-256 of the key.
      key_hash bytea not null unique,
      created_by_id text not null,
      created_by_name text not null,
      created_at timestamptz(3) not null default clock_timestamp(),
      last_used_at timestamptz(3),
      check ((role = 'source') = (source is not null))
    );
    create index api_keys_newest on api_keys (created_at desc, id desc);

    create table sessions (
      -- HMAC-SHA256 of the token under the built-in key.
      token_hash bytea primary key,
      -- Null: the built-in key.
      key_id uuid references api_keys on delete cascade,
      created_at timestamptz(3) not null default clock_timestamp(),
      expires_at timestamptz(3) not null
    );
    create index sessions_of_key on sessions (key_id);
    create index sessions_ended on sessions (expires_at);

    create table audit (
      id bigint generated always as identity primary key,
      at timestamptz(3) not null default clock_timestamp(),
      -- As they were then: a key that is deleted, and its name, stay readable here.
      key_id text not null,
      key_name text not null,
      role text not null,
      action text not null,
      subject_kind text not null,
      subject_id text not null,
      detail jsonb not null,
      address text
    );
    create index audit_newest on audit (at desc, id desc);
    create index audit_of_key on audit (key_id, at desc, id desc);
    create index audit_of_action on audit (action, at desc, id desc);
    create index audit_of_subject on audit (subject_id, at desc, id desc);
  `.execute(db);
}
