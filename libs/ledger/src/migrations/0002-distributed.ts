import { sql, type Kysely } from 'kysely';

/** Marks what every channel has its delivery of, so that the search for lost events asks only about the rest. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table article_versions add column distributed_at timestamptz(3);
    create index versions_undistributed on article_versions (released_at)
      where released_at is not null and distributed_at is null;

    alter table withdrawals add column distributed_at timestamptz(3);
    create index withdrawals_undistributed on withdrawals (ordered_at) where distributed_at is null;
  `.execute(db);
}
