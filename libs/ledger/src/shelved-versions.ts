import { sql } from 'kysely';
import type { ArticleContent } from '@newsrelay/contracts/article';
import type { Ledger } from './database.js';

/** A released version as it was released: it never changes. */
export interface ShelvedVersion {
  articleId: string;
  version: number;
  source: string;
  content: ArticleContent;
  note: string | null;
  publishedAt: Date;
  releasedAt: Date;
  firstReleasedAt: Date;
}

/**
 * The versions that a shelf names, in any order; one that was never released is left out. Whether a version may be shown is
 * for the shelf to say: ask for none that is withdrawn.
 */
export async function readShelvedVersions(
  ledger: Ledger,
  wanted: readonly { articleId: string; version: number }[],
): Promise<ShelvedVersion[]> {
  if (wanted.length === 0) return [];
  const { rows } = await sql<ShelvedVersion>`
    select v.article_id as "articleId", v.version, a.source, v.content, v.note, v.published_at as "publishedAt",
           v.released_at as "releasedAt", coalesce(a.first_released_at, v.released_at) as "firstReleasedAt"
    from unnest(${wanted.map(({ articleId }) => articleId)}::uuid[],
                ${wanted.map(({ version }) => version)}::int[]) as w (article_id, version)
    join article_versions v on v.article_id = w.article_id and v.version = w.version
    join articles a on a.id = w.article_id
    where v.released_at is not null`.execute(ledger);
  return rows;
}
