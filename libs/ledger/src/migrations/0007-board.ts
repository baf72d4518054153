import { sql, type Kysely } from 'kysely';

/**
 * What the operators' board looks for: headlines and sections without reading whole articles, held and failed ones without
 * reading what went well, and what changed in the last seconds. On the way of a delivery that goes well only the BRIN
 * index is written, which costs next to nothing (`docs/console.md`).
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table article_versions
      add column headline text generated always as (left(content ->> 'headline', 300)) stored,
      add column sections jsonb generated always as (content -> 'sections') stored;
    -- A search reads this index alone.
    create index versions_headline on article_versions (article_id, version) include (headline);
    create index versions_sections on article_versions using gin (sections);
    create index versions_to_decide on article_versions (article_id, version) where state in ('held', 'scheduled');
    create index articles_changed on articles (updated_at);
    create index articles_withdrawn on articles (created_at desc, id desc) where withdrawn_at is not null;
    create index deliveries_failed on deliveries (article_id) where state in ('dead', 'unknown', 'manual');
    create index deliveries_changed on deliveries using brin (updated_at) with (pages_per_range = 32, autosummarize = on);
  `.execute(db);
}
