import type { ArticleContent } from '@newsrelay/contracts/article';
import type { Ledger } from './database.js';

/** The version of an article that the public may see, or may no longer see. */
export interface PublicArticle {
  id: string;
  source: string;
  version: number;
  content: ArticleContent;
  note: string | null;
  publishedAt: Date;
  releasedAt: Date;
  firstReleasedAt: Date;
  /** Set where that version is withdrawn: then its content may not be shown. */
  withdrawnAt: Date | null;
}

/** Undefined if nothing of the article was ever published. */
export async function findPublicArticle(ledger: Ledger, id: string): Promise<PublicArticle | undefined> {
  const row = await ledger
    .selectFrom('articles as a')
    .innerJoin('article_versions as v', (join) =>
      join.onRef('v.article_id', '=', 'a.id').onRef('v.version', '=', 'a.published_version'),
    )
    .select(['a.id', 'a.source', 'a.first_released_at', 'a.withdrawn_through', 'a.withdrawn_at'])
    .select(['v.version', 'v.content', 'v.note', 'v.published_at', 'v.released_at'])
    .where('a.id', '=', id)
    .executeTakeFirst();
  if (row?.released_at == null) return undefined;
  const withdrawn = row.withdrawn_through >= row.version;
  return {
    id: row.id,
    source: row.source,
    version: row.version,
    content: row.content,
    note: row.note,
    publishedAt: row.published_at,
    releasedAt: row.released_at,
    firstReleasedAt: row.first_released_at ?? row.released_at,
    withdrawnAt: withdrawn ? (row.withdrawn_at ?? row.released_at) : null,
  };
}
