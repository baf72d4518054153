import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, ArticleAnswer, Page } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { sampleArticle } from './harness/sample-article.js';

interface ArticleView extends Record<string, unknown> {
  id: string;
  version: number;
  publishedVersion: number | null;
  state: string;
  headline: string;
  body: string[];
  bodyHtml?: string;
  createdAt: string;
  updatedAt: string;
  publishedAt: string;
  note: string | null;
}

describe('articles by API', () => {
  let system: NewsrelaySystem;

  beforeAll(async () => {
    system = await NewsrelaySystem.start({ services: ['ingest'] });
  }, 120_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  async function take(article: object): Promise<Answer<ArticleAnswer>> {
    return system.api.post(article);
  }

  async function read(id: string): Promise<Answer<ArticleView>> {
    return system.api.call<ArticleView>('ingest', 'GET', `/api/v1/articles/${id}`);
  }

  async function correct(
    id: string,
    article: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<ArticleAnswer>> {
    return system.api.call<ArticleAnswer>('ingest', 'PUT', `/api/v1/articles/${id}`, {
      json: article,
      headers,
    });
  }

  async function list(query: string): Promise<Page<ArticleView>> {
    const answer = await system.api.call<Page<ArticleView>>('ingest', 'GET', `/api/v1/articles?${query}`);
    expect({ status: answer.status, query }).toEqual({ status: 200, query });
    return answer.body;
  }

  describe('same or new', () => {
    it('takes A, B and A again as three versions, and the last one again as a duplicate', async () => {
      const a = sampleArticle();
      const b = { ...a, headline: '另一个标题' };
      const first = await take(a);
      expect(first.status).toBe(202);
      expect(first.body).toEqual({
        id: expect.any(String),
        version: 1,
        state: 'published',
        holds: [],
        duplicate: false,
      });
      const { id } = first.body;
      expect((await take(b)).body).toMatchObject({ id, version: 2, duplicate: false });
      expect((await take(a)).body).toMatchObject({ id, version: 3, duplicate: false });
      const again = await take(a);
      expect(again.status).toBe(200);
      expect(again.body).toEqual({ id, version: 3, state: 'published', holds: [], duplicate: true });
      expect((await read(id)).body).toMatchObject({
        version: 3,
        publishedVersion: 3,
        headline: a['headline'],
      });
    });

    it('gives one 202 and otherwise 200 to equal concurrent POSTs, of the first version and of a later one', async () => {
      const article = sampleArticle();
      for (const version of [1, 2]) {
        const sent = { ...article, headline: `并发 ${version}` };
        const answers = await Promise.all(Array.from({ length: 8 }, () => take(sent)));
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 202]);
        expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
        expect(new Set(answers.map(({ body }) => body.version))).toEqual(new Set([version]));
      }
    });

    it('keeps every one of different concurrent POSTs as a version', async () => {
      const article = sampleArticle();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_value, index) => take({ ...article, headline: `标题 ${index}` })),
      );
      expect(answers.map(({ body }) => body.version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });

    it('keeps the time of publication for every version that names none, also after a withdrawal', async () => {
      const publishedAt = '2025-01-03T00:00:00+08:00';
      const article = sampleArticle();
      const { id } = (await take({ ...article, publishedAt })).body;
      expect((await take({ ...article, headline: '改' })).body).toMatchObject({ id, version: 2 });
      expect((await read(id)).body).toMatchObject({ version: 2, publishedAt });
      const withdrawn = await system.api.call('ingest', 'POST', `/api/v1/articles/${id}/withdraw`, {
        json: { reason: '测试' },
      });
      expect(withdrawn.status).toBe(202);
      expect((await take({ ...article, headline: '再' })).body).toMatchObject({ id, version: 3 });
      expect((await read(id)).body).toMatchObject({ version: 3, publishedAt });
    });

    it('lets no time inherited from a lifted embargo lie ahead', async () => {
      const ahead = new Date(Date.now() + 3_600_000).toISOString();
      const article = sampleArticle();
      const { id } = (await take({ ...article, publishedAt: ahead, embargoUntil: ahead })).body;
      expect((await take({ ...article, headline: '改' })).body).toMatchObject({ id, state: 'published' });
      expect(Date.parse((await read(id)).body.publishedAt)).toBeLessThan(Date.parse(ahead));
    });

    it('compares publishedAt only where both have one', async () => {
      const article = sampleArticle();
      const at = '2025-01-03T00:00:00+08:00';
      expect((await take(article)).body.version).toBe(1);
      expect((await take({ ...article, publishedAt: at })).body).toMatchObject({
        version: 1,
        duplicate: true,
      });
      const dated = sampleArticle({ publishedAt: at });
      const { id } = (await take(dated)).body;
      const { publishedAt, ...undated } = dated;
      expect(publishedAt).toBe(at);
      expect((await take(undated)).body).toMatchObject({ id, duplicate: true });
      // The same instant in another zone is the same.
      expect((await take({ ...dated, publishedAt: '2025-01-02T16:00:00Z' })).body).toMatchObject({
        duplicate: true,
      });
      expect((await take({ ...dated, publishedAt: '2025-01-04T00:00:00Z' })).body).toMatchObject({
        id,
        version: 2,
      });
    });

    it('takes a correction of the date alone, of an article that came without one too', async () => {
      const article = sampleArticle();
      const { id } = (await take(article)).body;
      const shown = (await read(id)).body;
      expect((await correct(id, shown)).body).toMatchObject({ version: 1, duplicate: true });
      const publishedAt = '2025-01-01T00:00:00+08:00';
      const corrected = await correct(id, { ...shown, publishedAt, note: '更正日期' });
      expect(corrected).toMatchObject({ status: 202, body: { version: 2, duplicate: false } });
      expect((await read(id)).body).toMatchObject({ publishedAt, note: '更正日期' });
    });

    it.each([
      ['kicker', '济宁高新区'],
      ['subtitle', '副题'],
      ['dateline', '本报济宁讯'],
      ['bylines', [{ role: '记者', name: '曹俐' }]],
      ['editor', '刘菲'],
      ['body', ['别的正文']],
      ['media', [{ url: 'https://example.org/a.jpg', type: 'image/jpeg' }]],
      ['sections', ['民生']],
      ['keywords', ['工会']],
      ['language', 'zh-HK'],
      ['url', 'https://example.org/article'],
      ['embargoUntil', '2024-01-01T00:00:00Z'],
    ])('sees a change of %s', async (field, value) => {
      const article = sampleArticle();
      const { id } = (await take(article)).body;
      expect((await take({ ...article, [field]: value })).body).toMatchObject({
        id,
        version: 2,
        duplicate: false,
      });
    });

    it('sees no change in what is left out, in the order of members, or in spaces around a text', async () => {
      const { source, sourceId, headline, body, sections } = sampleArticle();
      await take({ source, sourceId, headline, body, sections });
      const again = await take({
        sections,
        kicker: null,
        body,
        headline: ` ${String(headline)}\n`,
        subtitle: '',
        keywords: [],
        embargoUntil: null,
        sourceId,
        source,
        media: [],
      });
      expect(again.body).toMatchObject({ version: 1, duplicate: true });
    });

    it('tells articles of different sources and ids apart', async () => {
      const article = sampleArticle();
      const ids = [
        (await take(article)).body.id,
        (await take({ ...article, source: 'other' })).body.id,
        (await take({ ...article, sourceId: randomUUID() })).body.id,
      ];
      expect(new Set(ids).size).toBe(3);
    });
  });

  describe('reading', () => {
    it('gives the shape back that was sent, with what Newsrelay adds', async () => {
      const sent = {
        source: 'jngxq',
        sourceId: `2025-01-03/1/${randomUUID()}`,
        kicker: null,
        headline: '橙香连鲁渝 共谱振兴曲',
        subtitle: '2024年重庆柑橘进山东专场推介会',
        dateline: '本报济宁讯',
        bylines: [{ role: '记者', name: '曹俐' }],
        editor: null,
        body: ['第一段 "直引号",半角。', 'second paragraph'],
        media: [{ url: 'https://example.org/图.jpg', type: 'image/jpeg', caption: '', credit: '', alt: '' }],
        sections: ['要闻'],
        keywords: [],
        language: 'zh-CN',
        url: null,
        publishedAt: '2025-01-03T00:00:00+08:00',
        embargoUntil: null,
      };
      const { id } = (await take(sent)).body;
      const answer = await read(id);
      expect(answer.status).toBe(200);
      expect(answer.headers['etag']).toBe('"1"');
      expect(answer.body).toEqual({
        ...sent,
        media: [{ ...sent.media[0], url: 'https://example.org/%E5%9B%BE.jpg' }],
        id,
        version: 1,
        publishedVersion: 1,
        state: 'published',
        holds: [],
        repairs: [],
        note: null,
        createdAt: expect.stringMatching(/\+08:00$/),
        updatedAt: expect.stringMatching(/\+08:00$/),
      });
    });

    it('shows each version by its number', async () => {
      const article = sampleArticle();
      const { id } = (await take(article)).body;
      await take({ ...article, headline: '第二版' });
      const path = `/api/v1/articles/${id}/versions`;
      const first = await system.api.call<ArticleView>('ingest', 'GET', `${path}/1`);
      expect(first.headers['etag']).toBe('"1"');
      expect(first.body).toMatchObject({
        id,
        version: 1,
        headline: article['headline'],
        publishedVersion: 2,
      });
      expect((await system.api.call<ArticleView>('ingest', 'GET', `${path}/2`)).body.headline).toBe('第二版');
      for (const version of ['0', '3', '-1', 'x', '1.0', '99999999999'])
        expect((await system.api.call('ingest', 'GET', `${path}/${version}`)).status).toBe(404);
    });

    it('takes the id in any case of letters', async () => {
      const { id } = (await take(sampleArticle())).body;
      expect((await read(id.toUpperCase())).body.id).toBe(id);
    });
  });

  describe('corrections', () => {
    it('takes what GET gave, sent back whole, as a duplicate', async () => {
      for (const fields of [
        {},
        { publishedAt: '2025-01-03T00:00:00+08:00', embargoUntil: '2025-01-02T00:00:00Z' },
        {
          body: undefined,
          bodyHtml:
            '开头<h5>题</h5><p>a &amp; b&nbsp;<b>粗</p><div>x<p>y</p></div><p><foo><p>z</p></foo></p><img src="data:a">',
        },
        { bodyHtml: '<script>1</script>' },
        { url: 'https://例子.中国/文章?a=b c', language: 'en' },
      ]) {
        const { id } = (await take(sampleArticle(fields))).body;
        const shown = (await read(id)).body;
        const back = await correct(id, shown);
        expect({ fields, status: back.status, body: back.body }).toEqual({
          fields,
          status: 200,
          body: expect.objectContaining({ id, version: 1, duplicate: true }),
        });
      }
    });

    it('ignores read-only fields whatever they say', async () => {
      const article = sampleArticle();
      const { id } = (await take(article)).body;
      const answer = await correct(id, {
        ...article,
        id: 'something else',
        version: 99,
        publishedVersion: 'x',
        state: 'withdrawn',
        holds: null,
        repairs: [{}],
        createdAt: 1,
        updatedAt: {},
      });
      expect(answer.status).toBe(200);
      expect((await read(id)).body).toMatchObject({ id, version: 1, state: 'published' });
    });

    it('makes the next version with a note, and keeps the time of publication where none is sent', async () => {
      const article = sampleArticle({ publishedAt: '2025-01-03T00:00:00+08:00' });
      const { id } = (await take(article)).body;
      const { source, sourceId, publishedAt, ...rest } = article;
      const answer = await correct(id, { ...rest, headline: '更正后的标题', note: '更正:标题' });
      expect(answer.status).toBe(202);
      expect(answer.headers['etag']).toBe('"2"');
      expect(answer.body).toMatchObject({ id, version: 2, state: 'published', duplicate: false });
      expect((await read(id)).body).toMatchObject({
        source,
        sourceId,
        publishedAt,
        headline: '更正后的标题',
        note: '更正:标题',
        publishedVersion: 2,
      });
      expect((await correct(id, { ...rest, headline: '更正后的标题', note: '更正:标题' })).status).toBe(200);
    });

    it('answers 412 to a stale If-Match, 202 to a fresh one, and compares strongly', async () => {
      const article = sampleArticle();
      const { id } = (await take(article)).body;
      const next = { ...article, headline: '第二版' };
      for (const stale of ['"2"', '"0"', 'W/"1"', '1', ''])
        expect((await correct(id, next, { 'if-match': stale })).status).toBe(412);
      expect((await read(id)).body.version).toBe(1);
      expect((await correct(id, next, { 'if-match': '"1"' })).status).toBe(202);
      expect((await correct(id, article, { 'if-match': '"1"' })).status).toBe(412);
      expect((await correct(id, article, { 'if-match': '"7", "2"' })).status).toBe(202);
      expect((await correct(id, next, { 'if-match': '*' })).status).toBe(202);
    });

    it('lets one of two concurrent corrections of the same version through', async () => {
      const article = sampleArticle();
      const { id } = (await take(article)).body;
      const answers = await Promise.all(
        ['甲', '乙', '丙'].map((headline) => correct(id, { ...article, headline }, { 'if-match': '"1"' })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([202, 412, 412]);
    });

    it('answers 422 to another identity and 409 once withdrawn', async () => {
      const article = sampleArticle();
      const { id } = (await take(article)).body;
      for (const [field, value] of [
        ['source', 'other'],
        ['sourceId', 'other'],
      ] as const) {
        const answer = await correct(id, { ...article, [field]: value, headline: 'x' });
        expect(answer.status).toBe(422);
        expect(answer.body).toMatchObject({ errors: [{ path: `/${field}` }] });
      }
      expect((await correct(id, { ...article, titel: 'x' })).body).toMatchObject({
        errors: [{ path: '/titel' }],
      });
      expect((await read(id)).body.version).toBe(1);
      expect((await system.api.withdraw(id)).status).toBe(202);
      expect((await correct(id, { ...article, headline: 'x' })).status).toBe(409);
      expect((await correct(id, article)).status).toBe(409);
      expect((await read(id)).body).toMatchObject({ version: 1, state: 'withdrawn', publishedVersion: null });
    });
  });

  describe('bodyHtml', () => {
    it('keeps nothing that runs, loads or hides', async () => {
      const hostile = [
        '<p onclick="alert(1)">一</p>',
        '<script>alert(2)</script><scr<script>ipt>alert(3)</scr</script>ipt>',
        '<a href="javascript:alert(4)">二</a><a href=" java\nscript:alert(5)">三</a><a href="//evil.example/">四</a>',
        '<img src="x" onerror="alert(6)"><img src="data:image/svg+xml,<svg onload=alert(7)>"><img src=//evil.example/a.png>',
        '<iframe src="https://evil.example/"></iframe><object data="x"></object><embed src="x">',
        '<style>body{display:none}</style><p style="position:fixed">五</p>',
        '<svg><script>alert(8)</script><a xlink:href="javascript:alert(9)"><text>六</text></a></svg>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example/"><link rel="stylesheet" href="https://evil.example/">',
        '<base href="https://evil.example/"><form action="https://evil.example/"><input name="a"><button>七</button></form>',
        '<math><mtext><img src=1 onerror=alert(10)></mtext></math>',
        '<!--><img src=x onerror=alert(11)>--><![CDATA[<script>alert(12)</script>]]>',
        '<noscript><p title="</noscript><img src=x onerror=alert(13)>"></noscript>',
        '<template><script>alert(14)</script></template><textarea></textarea><script>alert(15)',
      ].join('\n');
      const { id } = (await take(sampleArticle({ body: undefined, bodyHtml: hostile }))).body;
      const { bodyHtml, body } = (await read(id)).body;
      // Tags as a browser would see them: text that reads like markup is harmless.
      const tags = [...(bodyHtml ?? '').matchAll(/<[^>]*>?/g)].map(([tag]) => tag.toLowerCase());
      expect(tags.length).toBeGreaterThan(3);
      for (const tag of tags) {
        expect(tag).toMatch(
          /^<\/?(p|div|br|hr|h[2-4]|ul|ol|li|blockquote|pre|code|strong|b|em|i|u|s|sub|sup|a|img|figure|figcaption|table|caption|thead|tbody|tr|th|td)( |>|\/)/,
        );
        expect(tag).not.toMatch(/\bon\w+\s*=|javascript:|data:|style=|evil\.example/);
      }
      const text = body.join('\n');
      for (const kept of ['一', '二', '三', '四', '五', '六']) expect(text).toContain(kept);
      for (const script of [2, 8, 12, 14, 15])
        expect(`${bodyHtml}${text}`).not.toContain(`alert(${script})</`);
    });

    it('keeps what an article may have', async () => {
      const html =
        '<h2>题</h2><p>一<strong>重</strong><a href="https://example.org/">链</a><br />二</p>' +
        '<ul><li>甲</li></ul><img src="https://example.org/a.jpg" alt="图" />';
      const { id } = (await take(sampleArticle({ body: undefined, bodyHtml: html }))).body;
      expect((await read(id)).body.bodyHtml).toBe(html);
    });

    it.each([
      ['<p>一</p><p>二</p>', ['一', '二']],
      ['引子<p>一</p>尾', ['引子', '一', '尾']],
      ['<p>同一\n段落</p>', ['同一 段落']],
      ['<p>行一<br>行二</p>', ['行一', '行二']],
      ['<ul><li>甲<ul><li>乙</li></ul></li><li>丙</li></ul>', ['甲', '乙', '丙']],
      ['<table><tr><th>名</th><td>数</td></tr><tr><td>a</td><td>b</td></tr></table>', ['名 数', 'a b']],
      ['<div>一<div>二</div></div>', ['一', '二']],
      ['<blockquote>引</blockquote><pre>诗一\n诗二</pre>', ['引', '诗一', '诗二']],
      ['<p>　　第一章　总则</p>', ['第一章　总则']],
      ['<p>a &lt;b&gt; &amp;amp; &quot;c&quot;</p>', ['a <b> &amp; "c"']],
      ['<p>&nbsp;</p><p> 二 </p>', ['二']],
      ['纯文字', ['纯文字']],
    ])('makes paragraphs of %s', async (bodyHtml, paragraphs) => {
      const { id } = (await take(sampleArticle({ body: undefined, bodyHtml }))).body;
      expect((await read(id)).body.body).toEqual(paragraphs);
    });

    it('refuses HTML that leaves nothing', async () => {
      for (const bodyHtml of ['<script>1</script>', '<p> </p>', '<svg/>']) {
        const answer = await take(sampleArticle({ body: undefined, bodyHtml }));
        expect({ bodyHtml, status: answer.status }).toEqual({ bodyHtml, status: 422 });
        expect(answer.body).toMatchObject({ errors: [{ path: '/bodyHtml' }] });
      }
    });

    it('keeps both bodies where they say the same', async () => {
      const both = { body: ['第一段', '第二段'], bodyHtml: '<p>第一段</p>\n<p><b>第二</b>段</p>' };
      const { id } = (await take(sampleArticle(both))).body;
      expect((await read(id)).body).toMatchObject(both);
    });

    it('refuses two bodies that differ: outlets would show one or the other', async () => {
      const answer = await take(sampleArticle({ body: ['纯文本'], bodyHtml: '<p>网页</p>' }));
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ errors: [{ path: '/bodyHtml' }] });
    });

    it('takes pictures without a word, and back what GET shows of them', async () => {
      const bodyHtml = '<figure><img src="https://example.org/a.jpg" alt="图" /></figure>';
      const taken = await take(sampleArticle({ body: undefined, bodyHtml }));
      expect(taken.status).toBe(202);
      const shown = (await read(taken.body.id)).body;
      expect(shown).toMatchObject({ body: [], bodyHtml });
      expect(await correct(taken.body.id, shown)).toMatchObject({ status: 200, body: { duplicate: true } });
      const nothing = await take(sampleArticle({ body: undefined, bodyHtml: '<img src="/relative.jpg">' }));
      expect(nothing).toMatchObject({ status: 422, body: { errors: [{ path: '/bodyHtml' }] } });
    });

    it('a correction of one form, made from what GET shows, replaces the other', async () => {
      const { id } = (await take(sampleArticle({ body: undefined, bodyHtml: '<p>一<b>二</b></p>' }))).body;
      const correct = async (change: object) => {
        const current = (await read(id)).body;
        const answer = await system.api.call('ingest', 'PUT', `/api/v1/articles/${id}`, {
          json: { ...current, ...change },
        });
        expect(answer.status).toBe(202);
        return (await read(id)).body;
      };
      expect(await correct({ bodyHtml: '<p>三</p>' })).toMatchObject({ body: ['三'], bodyHtml: '<p>三</p>' });
      const text = await correct({ body: ['四'] });
      expect(text).toMatchObject({ body: ['四'] });
      expect(text).not.toHaveProperty('bodyHtml');
    });
  });

  describe('ninjs', () => {
    const item = (fields: object = {}) => ({
      uri: `urn:newsml:example.org:${randomUUID()}`,
      standard: { name: 'ninjs', version: '3.1' },
      type: 'text',
      language: 'zh-CN',
      pubStatus: 'usable',
      versionCreated: '2025-01-03T00:00:00+08:00',
      urgency: 3,
      headlines: [
        { role: 'kicker', value: '济宁高新区' },
        { role: 'main', value: '主标题' },
        { role: 'subtitle', value: '副题' },
      ],
      bodies: [
        { role: 'html', contentType: 'text/html', value: '<p>一</p><script>x</script><p>二<br />二之二</p>' },
        { role: 'main', contentType: 'text/plain', value: '一\n\n二\n二之二' },
      ],
      by: '曹俐',
      people: [
        { name: '曹俐', rel: '记者' },
        { name: '刘菲', rel: '责任编辑' },
      ],
      located: '济宁',
      infoSources: [{ name: 'agency', role: 'source' }],
      subjects: [
        { name: '要闻', rel: 'section' },
        { name: '工会', rel: 'keyword' },
      ],
      renditions: [{ name: 'web', href: 'https://example.org/1', contentType: 'text/html' }],
      associations: [
        {
          name: 'picture-1',
          type: 'picture',
          by: '摄影者',
          descriptions: [{ role: 'caption', value: '图说' }],
          renditions: [{ name: 'original', href: 'https://example.org/a.jpg', contentType: 'image/jpeg' }],
        },
      ],
      ...fields,
    });
    const takeItem = async (ninjs: object, query = '', type = 'application/vnd.iptc.ninjs+json') =>
      system.api.call<ArticleAnswer>('ingest', 'POST', `/api/v1/articles${query}`, {
        body: JSON.stringify(ninjs),
        type,
      });

    it('is dated by its first version, unless it names when its content was created', async () => {
      const ninjs = item();
      const { id } = (await takeItem(ninjs)).body;
      const later = { ...ninjs, versionCreated: '2025-01-04T00:00:00+08:00', located: '青岛' };
      expect((await takeItem(later)).body).toMatchObject({ id, version: 2 });
      expect((await read(id)).body.publishedAt).toBe(ninjs.versionCreated);
      const contentCreated = '2025-01-02T00:00:00+08:00';
      expect((await takeItem({ ...later, contentCreated, located: '济宁' })).body).toMatchObject({
        id,
        version: 3,
      });
      expect((await read(id)).body.publishedAt).toBe(contentCreated);
    });

    it('becomes an article', async () => {
      const ninjs = item();
      const taken = await takeItem(ninjs, '', 'application/vnd.iptc.ninjs+json; charset=utf-8');
      expect(taken.status).toBe(202);
      expect((await read(taken.body.id)).body).toMatchObject({
        source: 'agency',
        sourceId: ninjs.uri,
        kicker: '济宁高新区',
        headline: '主标题',
        subtitle: '副题',
        dateline: '济宁',
        bylines: [{ role: '记者', name: '曹俐' }],
        editor: '刘菲',
        body: ['一', '二\n二之二'],
        bodyHtml: '<p>一</p><p>二<br />二之二</p>',
        sections: ['要闻'],
        keywords: ['工会'],
        url: 'https://example.org/1',
        media: [
          {
            url: 'https://example.org/a.jpg',
            type: 'image/jpeg',
            caption: '图说',
            credit: '摄影者',
            alt: '',
          },
        ],
        publishedAt: '2025-01-03T00:00:00+08:00',
      });
      expect((await takeItem(ninjs)).status).toBe(200);
    });

    it('is held back until its embargo ends', async () => {
      const taken = await takeItem(item({ embargoedUntil: new Date(Date.now() + 3600_000).toISOString() }));
      expect(taken.body.state).toBe('scheduled');
    });

    it('takes the source from the query, and the least that ninjs asks for', async () => {
      const taken = await takeItem(
        { uri: `urn:uuid:${randomUUID()}`, headlines: [{ value: '题' }], bodies: [{ value: '文' }] },
        '?source=wire',
      );
      expect(taken.status).toBe(202);
      expect((await read(taken.body.id)).body).toMatchObject({
        source: 'wire',
        headline: '题',
        body: ['文'],
      });
    });

    it.each([
      [{ pubStatus: 'canceled' }, '/pubStatus'],
      [{ pubStatus: 'withheld' }, '/pubStatus'],
      [{ headlines: [] }, '/headlines'],
      [{ headlines: 'x' }, '/headlines'],
      [{ bodies: [{ value: 1 }] }, '/bodies/0/value'],
      [{ infoSources: [] }, '/infoSources'],
      [{ embargoedUntil: 'soon' }, '/embargoedUntil'],
      [{ uri: undefined }, '/uri'],
    ])('is refused with %j', async (fields, path) => {
      const answer = await takeItem(item(fields));
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ errors: [{ path }] });
    });
  });

  describe('lists', () => {
    it('pages newest first through articles of one instant without loss or repeat', async () => {
      const source = `list-${randomUUID().slice(0, 8)}`;
      const ids: string[] = [];
      for (let round = 0; round < 5; round += 1) {
        const taken = await Promise.all(Array.from({ length: 10 }, () => take(sampleArticle({ source }))));
        ids.push(...taken.map(({ body }) => body.id));
      }
      for (const limit of [1, 7, 25, 50, 51]) {
        const seen: ArticleView[] = [];
        let cursor: string | null = null;
        do {
          const page: Page<ArticleView> = await list(
            `source=${source}&limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`,
          );
          expect(page.items.length).toBeLessThanOrEqual(limit);
          expect(page.nextCursor === null || page.items.length === limit).toBe(true);
          seen.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(seen.map(({ id }) => id).sort()).toEqual([...ids].sort());
        const times = seen.map(({ createdAt }) => Date.parse(createdAt));
        expect(times).toEqual([...times].sort((a, b) => b - a));
      }
    });

    it('holds 50 by default', async () => {
      const source = `default-${randomUUID().slice(0, 8)}`;
      for (let round = 0; round < 3; round += 1)
        await Promise.all(Array.from({ length: 17 }, () => take(sampleArticle({ source }))));
      const page = await list(`source=${source}`);
      expect(page.items).toHaveLength(50);
      expect(page.nextCursor).toEqual(expect.any(String));
    });

    it('has a half-open window on createdAt', async () => {
      const source = `window-${randomUUID().slice(0, 8)}`;
      const { id } = (await take(sampleArticle({ source }))).body;
      const { createdAt } = (await read(id)).body;
      const at = encodeURIComponent(createdAt);
      const later = encodeURIComponent(new Date(Date.parse(createdAt) + 1).toISOString());
      const idsOf = async (window: string) =>
        (await list(`source=${source}&${window}`)).items.map((item) => item.id);
      expect(await idsOf(`since=${at}`)).toEqual([id]);
      expect(await idsOf(`until=${at}`)).toEqual([]);
      expect(await idsOf(`until=${later}`)).toEqual([id]);
      expect(await idsOf(`since=${later}`)).toEqual([]);
      expect(await idsOf(`since=${at}&until=${later}`)).toEqual([id]);
    });

    it('narrows by source, section, state and text', async () => {
      const source = `filter-${randomUUID().slice(0, 8)}`;
      const plain = (await take(sampleArticle({ source, sections: ['要闻', '民生'], headline: '平常' }))).body
        .id;
      const special = (
        await take(sampleArticle({ source, sections: ['民生'], headline: '100%_Sure\\"引"', kicker: '肩题' }))
      ).body.id;
      const scheduled = (
        await take(
          sampleArticle({
            source,
            sections: [],
            subtitle: '副题在此',
            body: ['前文', '只在正文里'],
            embargoUntil: '2099-01-01T00:00:00Z',
          }),
        )
      ).body.id;
      const idsOf = async (query: string) =>
        (await list(`source=${source}&${query}`)).items.map((item) => item.id).sort();
      expect(await idsOf('section=%E8%A6%81%E9%97%BB')).toEqual([plain]);
      expect(await idsOf('section=%E6%B0%91%E7%94%9F')).toEqual([plain, special].sort());
      expect(await idsOf('state=scheduled')).toEqual([scheduled]);
      expect(await idsOf('state=published')).toEqual([plain, special].sort());
      expect(await idsOf('state=held')).toEqual([]);
      expect(await idsOf(`q=${encodeURIComponent('只在正文里')}`)).toEqual([scheduled]);
      expect(await idsOf(`q=${encodeURIComponent('副题在此')}`)).toEqual([scheduled]);
      expect(await idsOf(`q=${encodeURIComponent('肩题')}`)).toEqual([special]);
      expect(await idsOf(`q=${encodeURIComponent('100%_sure\\"')}`)).toEqual([special]);
      expect(await idsOf(`q=${encodeURIComponent('%')}`)).toEqual([special]);
      expect(await idsOf(`q=${encodeURIComponent('_')}`)).toEqual([special]);
      expect(await idsOf(`q=${encodeURIComponent("' or 1=1 --")}`)).toEqual([]);
      expect(
        await idsOf(`section=${encodeURIComponent('民生')}&state=published&q=${encodeURIComponent('平常')}`),
      ).toEqual([plain]);
    });
  });
});
