import type { LedgerTransaction } from './database.js';

/** Articles of one source and day that came from newspaper pages, with the text of their latest version as it stood there. */
export async function pageArticlesOf(
  tx: LedgerTransaction,
  source: string,
  pageDate: string,
): Promise<{ id: string; pageText: string }[]> {
  const rows = await tx
    .selectFrom('articles as a')
    .innerJoin('article_versions as v', 'v.article_id', 'a.id')
    .distinctOn('a.id')
    .select(['a.id', 'v.page_text'])
    .where('a.source', '=', source)
    .where('a.page_date', '=', pageDate)
    .where('v.page_text', 'is not', null)
    .orderBy('a.id')
    .orderBy('v.version', 'desc')
    .execute();
  return rows.map((row) => ({ id: row.id, pageText: row.page_text ?? '' }));
}
