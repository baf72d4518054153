import type { Act } from '../plan/newsroom-acts.js';

const SENTENCE =
  '济宁高新区坚持把项目建设作为高质量发展的主抓手，强化要素保障，优化营商环境，推动产业链延伸、价值链提升。';

/** No two editions of an article have the same. */
export function headlineOf({ article, edition }: Pick<Act, 'article' | 'edition'>): string {
  return `高新区重点项目建设提速 第${article}篇第${edition}稿`;
}

/** JSON of what the newsroom sends for a post or a correction. */
export function articleJson(act: Act, seed: string): string {
  return JSON.stringify({
    source: 'chaos',
    sourceId: `${seed}-${act.article}`,
    headline: headlineOf(act),
    dateline: '本报济宁讯',
    bylines: [{ role: '记者', name: '曹俐' }],
    body: Array.from({ length: 4 }, (_, number) => `（${number + 1}）${SENTENCE}`),
    sections: ['要闻'],
    ...(act.kind === 'correct' ? { note: `第${act.edition}稿` } : {}),
  });
}
