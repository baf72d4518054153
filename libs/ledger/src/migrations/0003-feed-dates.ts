import { sql, type Kysely } from 'kysely';

/**
 * What Last-Modified of a feed tells besides its entries: when the channel's settings changed, and when documents began to
 * be made as they are made now. A channel's row changes for other reasons too, by a pause or a new name.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table channels add column settings_changed_at timestamptz(3);
    update channels set settings_changed_at = updated_at;
    alter table channels
      alter column settings_changed_at set not null,
      alter column settings_changed_at set default clock_timestamp();

    create function channel_settings_changed() returns trigger language plpgsql as $$
    begin
      new.settings_changed_at := clock_timestamp();
      return new;
    end $$;
    create trigger channel_settings_changed before update on channels
      for each row when (old.settings is distinct from new.settings)
      execute function channel_settings_changed();

    create table feed_edition (
      only_row boolean primary key default true check (only_row),
      -- Of the bytes that a sample has under the public URL and by the build that feeds are served with.
      digest text not null,
      served_since timestamptz(3) not null
    );
  `.execute(db);
}
