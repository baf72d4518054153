import type { ReleasedArticle } from '@newsrelay/channel-kit/rendition';
import type { EditionChannel, EditionEntry, ShownArticle } from './edition-entry.js';

/*
 * Articles to look at a profile with: one that is plain, one with all there is to say, a correction, one whose text tries to break
 * out of its element, one in HTML, and a withdrawal. What golden files are made of, and `newsrelay editions check --sample`.
 */

const PUBLIC_URL = 'https://news.example';

export const SAMPLE_CHANNEL: EditionChannel = {
  id: 'sample',
  urn: 'urn:uuid:019400aa-0000-8000-8000-0000000000ff',
  title: '高新区报 R&D <要闻>',
  description: '一句话 & 说明',
  language: 'zh-CN',
  content: 'full',
  link: `${PUBLIC_URL}/`,
  self: `${PUBLIC_URL}/feeds/sample/edition.xml`,
  ttlMinutes: 1,
};

export const SAMPLE_UPDATED = new Date('2025-01-03T03:00:00.500Z');

const uuid = (order: number) => `019400aa-0000-7000-8000-${String(order).padStart(12, '0')}`;

/** An article whose times follow from its order, ten minutes apart. */
export function sampleArticle(order: number, changes: Partial<ReleasedArticle> = {}): ShownArticle {
  const page = `${PUBLIC_URL}/articles/${uuid(order)}`;
  const releasedAt = new Date(Date.UTC(2025, 0, 3, 1, order * 10, 0, 250));
  const article: ReleasedArticle = {
    id: uuid(order),
    version: 1,
    source: 'jngxq',
    canonicalUrl: changes.url ?? page,
    publishedAt: new Date('2025-01-02T16:00:00Z'),
    releasedAt,
    firstReleasedAt: releasedAt,
    note: null,
    kicker: null,
    headline: '3篇新闻作品获佳绩',
    subtitle: null,
    dateline: '本报济宁讯',
    bylines: [{ role: '记者', name: '曹俐' }],
    editor: null,
    body: ['本报济宁讯 近日，2024年度新闻奖评选结果揭晓。', '高新区3篇作品获奖。'],
    bodyHtml: null,
    media: [],
    sections: ['要闻'],
    keywords: [],
    language: 'zh-CN',
    url: null,
    ...changes,
  };
  return { kind: 'shown', article, page, releaseOrder: String(1000 + order) };
}

const HOSTILE =
  ']]> and ]]> R&D &amp; <script>alert(1)</script> "q" \'q\' 😀👨‍👩‍👧 \u2028 a\u0000b\u0008c\ufffed\ud800e';

const FULL = sampleArticle(2, {
  kicker: '济宁高新区',
  headline: '橙香连鲁渝 共谱振兴曲',
  subtitle: '2024年重庆柑橘进山东专场推介会（万州分会场）活动在济宁高新区举行',
  bylines: [
    { role: '记者', name: '曹俐' },
    { role: '记者', name: '李四' },
    { role: '通讯员', name: '王五' },
  ],
  editor: '赵六',
  media: [
    {
      url: 'https://img.example/橙.jpg',
      type: 'image/jpeg',
      caption: '推介会现场。',
      credit: '曹俐 摄',
      alt: '会场',
    },
    { url: 'http://img.example/b.png', type: 'image/png', caption: '', credit: '', alt: '' },
    { url: 'https://img.example/c.mp4', type: 'video/mp4', caption: '视频', credit: '', alt: '' },
  ],
  sections: ['要闻', '经济'],
  keywords: ['柑橘', '要闻'],
  url: 'https://paper.example/2025/01/03/1?a=1&b=2',
});

const CORRECTED = sampleArticle(3, {
  version: 2,
  headline: '打造国内一流“标杆车间”',
  firstReleasedAt: new Date('2025-01-03T01:25:00Z'),
  note: '第二段的产值应为21.5亿元',
});

const HOSTILE_ARTICLE = sampleArticle(4, {
  kicker: HOSTILE,
  headline: HOSTILE,
  subtitle: HOSTILE,
  dateline: HOSTILE,
  bylines: [{ role: '记者', name: HOSTILE }],
  editor: HOSTILE,
  source: HOSTILE,
  body: [HOSTILE, `</content:encoded></item><item>${HOSTILE}`],
  media: [
    {
      url: 'https://img.example/?a=%22&b=<c>',
      type: 'image/jpeg',
      caption: HOSTILE,
      credit: HOSTILE,
      alt: HOSTILE,
    },
  ],
  sections: [HOSTILE],
  keywords: [`k ${HOSTILE}`],
  note: HOSTILE,
});

const IN_HTML = sampleArticle(5, {
  headline: 'A table, a list and <b>no tags</b> in a title',
  language: 'en',
  bylines: [],
  body: ['Figures', '1 2', 'one', 'two', 'code & more'],
  bodyHtml:
    '<h2>Figures</h2><table><tbody><tr><td>1</td><td>2</td></tr></tbody></table><ol><li>one</li><li><em>two</em></li></ol>' +
    '<pre>code &amp;\nmore</pre><p><u>under</u><br />line <img src="https://img.example/in.png" alt="in" /></p>',
});

const WITHDRAWN: EditionEntry = {
  kind: 'withdrawn',
  articleId: uuid(6),
  version: 1,
  releaseOrder: '1006',
  page: `${PUBLIC_URL}/articles/${uuid(6)}`,
  publishedAt: new Date('2025-01-02T16:00:00Z'),
  withdrawnAt: new Date('2025-01-03T02:30:00Z'),
  language: 'zh-CN',
};

/** Newest first, as a shelf has them. */
export const SAMPLE_ENTRIES: readonly EditionEntry[] = [
  WITHDRAWN,
  IN_HTML,
  HOSTILE_ARTICLE,
  CORRECTED,
  FULL,
  sampleArticle(1),
];
