import { sql, type Kysely } from 'kysely';

/**
 * How far each kind of pruning has come, and the way to attempts by their time. What an attempt comes to changes none of
 * its indexed columns, so that this one costs an entry at its beginning and nothing at its end.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table retention_marks (
      kind text primary key,
      -- What is older than this was looked at.
      through timestamptz(3) not null
    );
    create index attempts_by_time on attempts (started_at);

    -- Numbers of versions that a restored ledger leaves out, since the lost ones may have gone out under them.
    alter table articles add column versions_skipped_through int not null default 0;
  `.execute(db);
}
