import { sql, type Kysely } from 'kysely';

/** What a version does at each channel: a correction that leaves a channel's filter takes the article down there. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table routes add column action text not null default 'publish' check (action in ('publish', 'withdraw'));
  `.execute(db);
}
