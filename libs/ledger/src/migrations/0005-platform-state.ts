import { sql, type Kysely } from 'kysely';

/** What is known of the platforms behind channels: the ids of what they show, and what each of them allows. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    -- The platform's id of what shows the version; a correction edits it, a withdrawal removes it.
    alter table deliveries add column remote_id text;

    -- Facts that a connector's probe learned; null until an outlet told.
    alter table channels add column platform jsonb;
    -- When it was asked last, whether or not it told.
    alter table channels add column platform_asked_at timestamptz(3);
  `.execute(db);
}
