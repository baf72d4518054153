import { sql, type Kysely } from 'kysely';

/** What sitemaps are read by: articles in the order of their first release, and which of their versions live at our own pages. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    -- The order never changes and new articles come at its end, so that a sitemap goes on holding the same articles.
    create index articles_first_released on articles (first_released_at, id)
      include (published_version, withdrawn_through, updated_at)
      where first_released_at is not null and published_version is not null;
    -- Versions without an address of their own: asked of the index, since reading the content takes far longer.
    create index versions_living_here on article_versions (article_id, version)
      where content ->> 'url' is null and released_at is not null;
    create index versions_living_here_newest on article_versions (published_at desc, article_id, version)
      where content ->> 'url' is null and released_at is not null;
  `.execute(db);
}
