import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer, ArticleAnswer, Page } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';

const PAGES = join(import.meta.dirname, '../../samples/pages');
const SAMPLE = readFileSync(join(PAGES, 'jining-gaoxin-857.txt'), 'utf8');
const MAX_BYTES = 4 * 1024 * 1024;

interface PageAnswer {
  page: Record<string, unknown>;
  articles: (ArticleAnswer & { repairs: { id: string; class: string }[] })[];
  errors?: { path: string; message: string }[];
}
interface ArticleView extends Record<string, unknown> {
  id: string;
  version: number;
  headline: string;
  body: string[];
  repairs: { id: string; class: string; decision: string | null }[];
}

/** The paragraphs of a page file: its lines, without the empty ones between them. */
const linesOf = (page: string) => page.split('\n');

describe('newspaper pages by API', () => {
  let system: NewsrelaySystem;

  beforeAll(async () => {
    system = await NewsrelaySystem.start({ services: ['ingest'] });
  }, 120_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  const newSource = () => `page-${randomUUID().slice(0, 8)}`;

  async function send(
    body: string | Buffer,
    query: string,
    type = 'text/plain; charset=utf-8',
  ): Promise<Answer<PageAnswer>> {
    return system.api.call<PageAnswer>('ingest', 'POST', `/api/v1/pages?${query}`, { body, type });
  }

  async function storedOf(query = ''): Promise<ArticleView[]> {
    const answer = await system.api.call<Page<ArticleView>>(
      'ingest',
      'GET',
      `/api/v1/articles?limit=500${query}`,
    );
    expect(answer.status).toBe(200);
    return answer.body.items;
  }

  describe('the sample page', () => {
    const source = newSource();
    let taken: Answer<PageAnswer>;
    let articles: ArticleView[];

    beforeAll(async () => {
      taken = await send(SAMPLE, `source=${source}&section=${encodeURIComponent('要闻')}`);
      articles = await Promise.all(
        taken.body.articles.map(
          async ({ id }) =>
            (await system.api.call<ArticleView>('ingest', 'GET', `/api/v1/articles/${id}`)).body,
        ),
      );
    });

    it('has its masthead', () => {
      expect(taken.status).toBe(202);
      expect(taken.body.page).toMatchObject({
        publication: '高新区报',
        date: '2025-01-03',
        weekday: '星期五',
        lunarDate: '农历甲辰年十二月初四',
        issueTotal: 857,
        issueOfYear: 1,
        supervisor: '济宁高新区党工委宣传部（融媒体中心）',
        hotline: '0537-6557731',
      });
    });

    it('has seven articles, the first, third and fourth held, the others published', () => {
      expect(taken.body.articles.map(({ state }) => state)).toEqual([
        'held',
        'published',
        'held',
        'held',
        'published',
        'published',
        'published',
      ]);
      for (const { holds, repairs, version, duplicate, state } of taken.body.articles) {
        expect({ version, duplicate }).toEqual({ version: 1, duplicate: false });
        expect(holds.length > 0).toBe(state === 'held');
        expect(repairs.some((repair) => repair.class === 'propose')).toBe(state === 'held');
      }
    });

    it('has their headline blocks, with Chinese punctuation', () => {
      expect(articles.map(({ kicker, headline }) => [kicker, headline])).toEqual([
        ['济宁高新区', '向高而攀走在前 向新而进挑大梁'],
        [null, '推动产业工人队伍建设改革走深走实'],
        [null, '橙香连鲁渝 共谱振兴曲'],
        ['辰欣高端制剂研发及智能化集约车间项目', '打造国内一流“标杆车间”'],
        [null, '关爱劳动者 工会送温暖'],
        [null, '《银发知播王广杰》 获全省一等奖'],
        [null, '3篇新闻作品获佳绩'],
      ]);
      expect(articles[2]?.['subtitle']).toBe(
        '2024年重庆柑橘进山东专场推介会（万州分会场）活动在济宁高新区举行',
      );
    });

    it('has what every article of the page carries', () => {
      for (const article of articles) {
        expect(article).toMatchObject({
          source,
          dateline: '本报济宁讯',
          editor: null,
          sections: ['要闻'],
          language: 'zh-CN',
          publishedAt: '2025-01-03T00:00:00+08:00',
          embargoUntil: null,
          note: null,
        });
        expect(article.body.length).toBeGreaterThan(0);
      }
      expect(articles[3]?.['bylines']).toEqual([
        { role: '记者', name: '曹俐' },
        { role: '通讯员', name: '李亚军' },
        { role: '通讯员', name: '孙超' },
      ]);
      expect(new Set(articles.map(({ id }) => id)).size).toBe(7);
      expect(new Set(articles.map((article) => article['sourceId'])).size).toBe(7);
    });

    it('shows of each repair what the contract names, and not its machine place', () => {
      for (const { repairs } of [...taken.body.articles, ...articles])
        for (const repair of repairs) {
          expect(repair).toMatchObject({
            id: expect.any(String),
            class: expect.stringMatching(/^(auto|propose|flag)$/),
            kind: expect.any(String),
            field: expect.any(String),
            before: expect.any(String),
            after: expect.any(String),
            decision: null,
          });
          expect(repair).not.toHaveProperty('place');
        }
    });

    it('taken again whole is a duplicate in each of its articles', async () => {
      const query = `source=${source}&section=${encodeURIComponent('要闻')}`;
      for (const text of [SAMPLE, SAMPLE.replaceAll('\n', '\r\n'), `\ufeff${SAMPLE}`]) {
        const again = await send(text, query);
        expect(again.status).toBe(200);
        expect(again.body.articles.map(({ id, version, duplicate }) => ({ id, version, duplicate }))).toEqual(
          taken.body.articles.map(({ id }) => ({ id, version: 1, duplicate: true })),
        );
      }
      expect(await storedOf(`&source=${source}`)).toHaveLength(7);
    });

    it('sent back by PUT as it reads is a duplicate', async () => {
      for (const article of articles) {
        const back = await system.api.call<ArticleAnswer>('ingest', 'PUT', `/api/v1/articles/${article.id}`, {
          json: article,
        });
        expect({ status: back.status, body: back.body }).toMatchObject({
          status: 200,
          body: { id: article.id, version: 1, duplicate: true },
        });
      }
    });

    it('is other articles under another source', async () => {
      const other = await send(SAMPLE, `source=${newSource()}`);
      expect(other.status).toBe(202);
      const known = new Set(articles.map(({ id }) => id));
      expect(other.body.articles.filter(({ id, duplicate }) => known.has(id) || duplicate)).toEqual([]);
    });
  });

  it('gives a version to the changed article of a corrected page alone', async () => {
    const query = `source=${newSource()}`;
    const first = await send(SAMPLE, query);
    const corrected = SAMPLE.replace('提报的3篇新闻作品获奖', '提报的三篇新闻作品全部获奖');
    expect(corrected).not.toBe(SAMPLE);
    const second = await send(corrected, query);
    expect(second.status).toBe(202);
    expect(second.body.articles.map(({ id, version, duplicate }) => [id, version, duplicate])).toEqual(
      first.body.articles.map(({ id }, index) => [id, index === 6 ? 2 : 1, index !== 6]),
    );
    // A → B → A is a third version.
    const third = await send(SAMPLE, query);
    expect(third.body.articles[6]).toMatchObject({ version: 3, duplicate: false });
    expect(await storedOf(`&${query}`)).toHaveLength(7);
  });

  it('knows an article again under a corrected headline', async () => {
    const query = `source=${newSource()}`;
    const first = await send(SAMPLE, query);
    const second = await send(SAMPLE.replace('3篇新闻作品获佳绩', '我区三篇作品获奖'), query);
    expect(second.body.articles[6]).toMatchObject({ id: first.body.articles[6]?.id, version: 2 });
    expect(second.body.articles.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  });

  it('knows the articles again whatever their order on the page', async () => {
    const query = `source=${newSource()}`;
    const first = await send(SAMPLE, query);
    const lines = linesOf(SAMPLE);
    const at = (text: string) => {
      const index = lines.findIndex((line) => line.startsWith(text));
      if (index < 0) throw new Error(`no line begins with ${text}`);
      return index;
    };
    const [fifth, sixth, seventh] = [at('关爱劳动者'), at('《银发知播王广杰》'), at('3篇新闻作品获佳绩')];
    const shuffled = [
      ...lines.slice(0, fifth),
      ...lines.slice(seventh),
      '',
      ...lines.slice(sixth, seventh),
      ...lines.slice(fifth, sixth),
    ].join('\n');
    const second = await send(shuffled, query);
    const ids = first.body.articles.map(({ id }) => id);
    expect(second.body.articles.map(({ id, duplicate }) => [id, duplicate])).toEqual(
      [0, 1, 2, 3, 6, 5, 4].map((index) => [ids[index], true]),
    );
    expect(second.status).toBe(200);
  });

  it('takes a page once that is sent many times at once', async () => {
    const query = `source=${newSource()}`;
    const answers = await Promise.all(Array.from({ length: 4 }, () => send(SAMPLE, query)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 202]);
    expect(await storedOf(`&${query}`)).toHaveLength(7);
  });

  it('stays a duplicate after its proposals were decided', async () => {
    const query = `source=${newSource()}`;
    const first = await send(SAMPLE, query);
    const [held] = first.body.articles;
    const decisions = Object.fromEntries(
      (held?.repairs ?? []).filter((repair) => repair.class === 'propose').map(({ id }) => [id, 'accept']),
    );
    const approved = await system.api.call('ingest', 'POST', `/api/v1/articles/${held?.id ?? ''}/approve`, {
      json: { version: 1, repairs: decisions },
    });
    expect(approved.status).toBe(200);
    const again = await send(SAMPLE, query);
    expect(again.status).toBe(200);
    expect(again.body.articles[0]).toMatchObject({
      id: held?.id,
      state: 'published',
      duplicate: true,
      holds: [],
    });
  });

  it('takes NUL characters, which text extraction leaves, for nothing', async () => {
    const [plain, withNul] = await Promise.all(
      [SAMPLE, SAMPLE.replace(/(?<=\S{5})(?=\S)/gu, '\0')].map(async (text) => {
        const { body } = await send(text, `source=${newSource()}`);
        return Promise.all(
          body.articles.map(async ({ id }) => {
            const { headline, body: paragraphs } = (
              await system.api.call<ArticleView>('ingest', 'GET', `/api/v1/articles/${id}`)
            ).body;
            return { headline, paragraphs };
          }),
        );
      }),
    );
    expect(withNul).toHaveLength(7);
    expect(withNul).toEqual(plain);
  });

  it('takes text/markdown, and every sample page', async () => {
    for (const name of readdirSync(PAGES).filter((each) => each.endsWith('.txt'))) {
      const taken = await send(readFileSync(join(PAGES, name)), `source=${newSource()}`, 'text/markdown');
      expect({ name, status: taken.status }).toEqual({ name, status: 202 });
      expect(taken.body.articles.length).toBeGreaterThan(0);
    }
  });

  describe('refuses', () => {
    let before: number;
    beforeEach(async () => {
      before = (await storedOf()).length;
    });

    it.each([
      ['nothing', ''],
      ['blank lines', ' \n\n\t\n'],
      ['one line', '你好'],
      [
        'English prose',
        'It was a bright cold day in April, and the clocks were striking thirteen.\n'.repeat(40),
      ],
      ['HTML', '<!DOCTYPE html><html><head><title>页</title></head><body><p>正文。</p></body></html>'],
      ['JSON', JSON.stringify({ source: 'a', headline: '题', body: ['正文。'] })],
      ['CSV', '日期,标题,作者\n2025-01-03,题,曹俐\n2025-01-04,题,刘菲\n'],
      ['code', "import { x } from 'y';\nexport const z = () => x();\n".repeat(20)],
    ])('%s with 422', async (_name, text) => {
      const answer = await send(text, `source=${newSource()}`);
      expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 422 });
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect((await storedOf()).length).toBe(before);
    });

    it('a page without a source, an unknown parameter, another media type, and bytes that are no UTF-8', async () => {
      const source = newSource();
      expect((await send(SAMPLE, '')).body.errors).toMatchObject([{ path: '/source' }]);
      expect((await send(SAMPLE, 'source=')).body.errors).toMatchObject([{ path: '/source' }]);
      expect((await send(SAMPLE, `source=${source}&date=2025-01-03`)).body.errors).toMatchObject([
        { path: '/date' },
      ]);
      for (const type of [
        'application/json',
        'text/html',
        'application/octet-stream',
        'text/plain; charset=gb18030',
      ]) {
        const answer = await send(SAMPLE, `source=${source}`, type);
        expect({ type, status: answer.status }).toEqual({
          type,
          status: 415,
        });
      }
      const broken = Buffer.concat([Buffer.from(SAMPLE), Buffer.from([0xb9, 0xfa])]);
      expect((await send(broken, `source=${source}`)).status).toBe(400);
      expect((await storedOf()).length).toBe(before);
    });

    it('one byte more than 4 MiB with 413', async () => {
      const padding = (bytes: number) => '\n'.repeat(bytes - Buffer.byteLength(SAMPLE));
      const tooLarge = await send(SAMPLE + padding(MAX_BYTES + 1), `source=${newSource()}`);
      expect(tooLarge.status).toBe(413);
      expect((await storedOf()).length).toBe(before);
      const fits = await send(SAMPLE + padding(MAX_BYTES), `source=${newSource()}`);
      expect(fits.status).toBe(202);
      expect(fits.body.articles).toHaveLength(7);
    });

    it('4 MiB of anything within a few seconds, and goes on', async () => {
      for (const unit of ['字', '本报济宁讯(记者 曹俐)', '(', '\n。', '"', '本报讯 a\n']) {
        const text = unit.repeat(Math.floor(MAX_BYTES / Buffer.byteLength(unit)));
        const startedAt = performance.now();
        const answer = await send(text, `source=${newSource()}`);
        expect([202, 422]).toContain(answer.status);
        expect({ unit, fast: performance.now() - startedAt < 10_000 }).toEqual({ unit, fast: true });
      }
      expect((await send(SAMPLE, `source=${newSource()}`)).status).toBe(202);
    }, 120_000);
  });
});
