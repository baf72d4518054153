import { randomUUID } from 'node:crypto';

/** A small article that nobody else has. */
export function sampleArticle(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    source: 'jngxq',
    sourceId: randomUUID(),
    headline: '关爱劳动者 工会送温暖',
    body: ['日前，工会送温暖活动举行。', '现场宣读了《致户外劳动者的一封信》。'],
    sections: ['要闻'],
    ...fields,
  };
}

/** As `sampleArticle`, padded with plain letters so that its JSON has exactly so many bytes. */
export function articleOfBytes(bytes: number): string {
  const article = sampleArticle({ body: ['开头', ''] });
  const padding = bytes - Buffer.byteLength(JSON.stringify(article));
  return JSON.stringify({ ...article, body: ['开头', 'x'.repeat(padding)] });
}
