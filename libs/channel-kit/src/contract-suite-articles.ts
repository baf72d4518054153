import type { ReleasedArticle, WithdrawnArticle } from './rendition.js';

/* The articles that the contract suite renders. Made anew at each call, so that a test may freeze them. */

const ID = '019400aa-0000-7000-8000-000000000001';

/** Everything there is, once. */
export function ordinaryArticle(): ReleasedArticle {
  return {
    id: ID,
    version: 2,
    source: 'contract-suite-source',
    canonicalUrl: 'https://news.example/articles/contract-suite',
    publishedAt: new Date('2025-01-02T16:00:00Z'),
    releasedAt: new Date('2025-01-03T01:00:00.123Z'),
    firstReleasedAt: new Date('2025-01-03T00:30:00Z'),
    note: '更正：第二段的日期',
    kicker: '本区要闻',
    headline: '契约测试的标题 “引号”与《书名》',
    subtitle: '契约测试的副题',
    dateline: '本报讯',
    bylines: [
      { role: '记者', name: '甲某' },
      { role: '记者', name: '乙某' },
      { role: '通讯员', name: '丙某' },
      { role: null, name: '丁某' },
    ],
    editor: '戊某',
    body: ['契约测试的第一段。', '契约测试的第二段，\n其中换行。', '契约测试的第三段。'],
    bodyHtml: null,
    media: [
      {
        url: 'https://news.example/图 1.jpg',
        type: 'image/jpeg',
        caption: '图说',
        credit: '己某',
        alt: '替代文字',
      },
      { url: 'https://news.example/2.mp4', type: 'video/mp4', caption: '', credit: '', alt: '' },
    ],
    sections: ['要闻', '经济'],
    keywords: ['推介会'],
    language: 'zh-CN',
    url: null,
  };
}

/** As little as an article can have. */
export function sparseArticle(): ReleasedArticle {
  return {
    ...ordinaryArticle(),
    version: 1,
    note: null,
    kicker: null,
    subtitle: null,
    dateline: null,
    bylines: [],
    editor: null,
    body: ['只有一段。'],
    media: [],
    sections: [],
    keywords: [],
  };
}

/** Texts that break markup, JSON, XML and databases. What no text may hold (controls, lone surrogates) must be left out. */
export const HOSTILE_TEXTS = [
  ']]> and again ]]> and ]]]]>',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'R&D &amp; &lt;b&gt; &#38; &unknown;',
  `"double" 'single' \`back\` \\ \\u0041 $& $1`,
  '😀👨‍👩‍👧‍👦 𠮷野家 e\u0301',
  'line\u2028separator para\u2029graph',
  '<![CDATA[ <!-- --> <?xml version="1.0"?> </item></entry>',
  'controls \u0000\u0008\u000b\u001f\u007f\u0085 and \ufffe\uffff and lone \ud800 \udc00 end',
  '\u202eright to left\u202c {{template}} %s',
] as const;

export function hostileArticle(): ReleasedArticle {
  const all = HOSTILE_TEXTS.join(' | ');
  return {
    ...ordinaryArticle(),
    source: all,
    note: all,
    kicker: all,
    headline: all,
    subtitle: all,
    dateline: all,
    bylines: HOSTILE_TEXTS.map((text) => ({ role: text, name: text })),
    editor: all,
    body: [...HOSTILE_TEXTS],
    media: [
      {
        url: 'https://news.example/a?b=1&c="><script>',
        type: 'image/jpeg',
        caption: all,
        credit: all,
        alt: all,
      },
    ],
    sections: [...HOSTILE_TEXTS],
    keywords: [...HOSTILE_TEXTS],
  };
}

export function withdrawnArticle(): WithdrawnArticle {
  const { id, version, language, canonicalUrl } = ordinaryArticle();
  return { id, version, withdrawnAt: new Date('2025-01-04T02:00:00Z'), language, canonicalUrl };
}
