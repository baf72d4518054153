import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import RssParser from 'rss-parser';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { accept, PartnerReceiver } from './harness/partner-receiver.js';

interface PageAnswer {
  page: Record<string, string | number | null>;
  articles: {
    id: string;
    version: number;
    state: string;
    holds: { code: string }[];
    repairs: { id: string; class: string; kind: string; before: string; after: string }[];
    duplicate: boolean;
  }[];
}
interface ArticleView {
  id: string;
  kicker: string | null;
  headline: string;
  subtitle: string | null;
  dateline: string | null;
  bylines: { role: string | null; name: string }[];
  body: string[];
  state: string;
  publishedAt: string;
}

const SAMPLE = readFileSync(new URL('../../samples/pages/jining-gaoxin-857.txt', import.meta.url), 'utf8');
const HELD = [0, 2, 3];
const hash = (text: string) => createHash('sha256').update(text.replace(/\s+/g, '')).digest('hex');
const withoutMarkup = (html: string) =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('the whole way of a real newspaper page', () => {
  let system: NewsrelaySystem;
  let partner: PartnerReceiver;
  let taken: PageAnswer;
  const views: ArticleView[] = [];
  const view = (index: number): ArticleView => {
    const article = views[index];
    if (article === undefined) throw new Error(`the page has no article ${index + 1}`);
    return article;
  };

  beforeAll(async () => {
    partner = await PartnerReceiver.start();
    // The partner's site is closed for its first three visitors.
    partner.behaviour = (push, response) => {
      if (partner.pushes.length <= 3) response.writeHead(503).end('closed');
      else accept(push, response);
    };
    system = await NewsrelaySystem.start();
    const made = await Promise.all([
      system.api.createChannel({
        id: 'partner',
        type: 'webhook',
        name: 'P',
        settings: { url: partner.url() },
      }),
      system.api.createChannel({
        id: 'feed',
        type: 'feed',
        name: 'F',
        filter: { sections: ['要闻'] },
        settings: { title: '要闻' },
      }),
      system.api.createChannel({
        id: 'sport',
        type: 'feed',
        name: 'S',
        filter: { sections: ['体育'] },
        settings: { title: '体育' },
      }),
    ]);
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    const answer = await system.api.page<PageAnswer>(SAMPLE, 'source=jngxq&section=%E8%A6%81%E9%97%BB');
    expect(answer.status).toBe(202);
    taken = answer.body;
    await readAll();
  }, 120_000);

  afterAll(async () => {
    await system.stop();
    await partner.stop();
  }, 60_000);

  async function readAll(): Promise<void> {
    views.length = 0;
    for (const { id } of taken.articles) {
      views.push((await system.api.call<ArticleView>('ingest', 'GET', `/api/v1/articles/${id}`)).body);
    }
  }

  it('reads the masthead', () => {
    expect(taken.page).toMatchObject({
      publication: '高新区报',
      date: '2025-01-03',
      weekday: '星期五',
      lunarDate: '农历甲辰年十二月初四',
      issueTotal: 857,
      issueOfYear: 1,
      supervisor: '济宁高新区党工委宣传部（融媒体中心）',
      hotline: '0537-6557731',
      editor: null,
    });
  });

  it('finds seven articles, in the order of the page, three of them held with proposals', () => {
    expect(views.map(({ kicker, headline, subtitle }) => [kicker, headline, subtitle])).toEqual([
      ['济宁高新区', '向高而攀走在前 向新而进挑大梁', null],
      [null, '推动产业工人队伍建设改革走深走实', null],
      [null, '橙香连鲁渝 共谱振兴曲', '2024年重庆柑橘进山东专场推介会（万州分会场）活动在济宁高新区举行'],
      ['辰欣高端制剂研发及智能化集约车间项目', '打造国内一流“标杆车间”', null],
      [null, '关爱劳动者 工会送温暖', null],
      [null, '《银发知播王广杰》 获全省一等奖', null],
      [null, '3篇新闻作品获佳绩', null],
    ]);
    expect(taken.articles.map(({ state }) => state)).toEqual(
      taken.articles.map((_article, index) => (HELD.includes(index) ? 'held' : 'published')),
    );
    for (const [index, { holds, repairs }] of taken.articles.entries()) {
      const proposals = repairs.filter((repair) => repair.class === 'propose');
      expect({ index, held: holds.length > 0, proposals: proposals.length > 0 }).toEqual({
        index,
        held: HELD.includes(index),
        proposals: HELD.includes(index),
      });
    }
  });

  it('keeps datelines, bylines with roles, and the day of the page', () => {
    expect(views.every(({ dateline }) => dateline === '本报济宁讯')).toBe(true);
    expect(view(0).bylines).toEqual([]);
    expect(view(3).bylines).toEqual([
      { role: '记者', name: '曹俐' },
      { role: '通讯员', name: '李亚军' },
      { role: '通讯员', name: '孙超' },
    ]);
    expect(views.every(({ publishedAt }) => publishedAt === '2025-01-03T00:00:00+08:00')).toBe(true);
  });

  it('sends nothing of a held article anywhere', async () => {
    for (const index of HELD) {
      expect(partner.of(view(index).id)).toEqual([]);
      expect(
        (await system.api.call('feeds', 'GET', `/articles/${view(index).id}`, { key: null })).status,
      ).toBe(404);
    }
  });

  it('applies the proposals that an editor accepts', async () => {
    for (const index of HELD) {
      const article = taken.articles[index];
      const proposals = (article?.repairs ?? []).filter((repair) => repair.class === 'propose');
      const approved = await system.api.call<ArticleView>(
        'ingest',
        'POST',
        `/api/v1/articles/${article?.id ?? ''}/approve`,
        {
          json: {
            version: article?.version,
            repairs: Object.fromEntries(proposals.map(({ id }) => [id, 'accept'])),
          },
        },
      );
      expect(approved.status).toBe(200);
      expect(approved.body.state).toBe('published');
      // Once more is fine; once more with other decisions would be taken for done.
      const again = async (decision: string) =>
        system.api.call('ingest', 'POST', `/api/v1/articles/${article?.id ?? ''}/approve`, {
          json: {
            version: article?.version,
            repairs: Object.fromEntries(proposals.map(({ id }) => [id, decision])),
          },
        });
      expect((await again('accept')).status).toBe(200);
      expect((await again('reject')).status).toBe(409);
    }
    await readAll();
    const first = view(0).body.join('\n');
    expect(first).toContain('霍厚志入选国家级制造业先进基础工艺创新人才');
    expect(first).not.toContain('霍厚志人选');
    expect(view(2).body.join('\n')).toContain('万州柑橘等农特产品入驻内地城市的商超');
    expect(view(3).body.join('\n').split('确保项目早投产、早达效').length - 1).toBe(1);
  });

  it('brings all seven to the partner and the feed, after retries, and none where the filter leaves none', async () => {
    await pollUntil(
      'every delivery delivered',
      async () => {
        const all = await system.api.allDeliveries();
        return all.length === 14 && all.every(({ state }) => state === 'delivered');
      },
      { timeoutMs: 60_000, everyMs: 100 },
    );
    for (const { id } of views) expect(new Set(partner.of(id).map((push) => push.webhookId)).size).toBe(1);
    expect(partner.pushes.length).toBe(10);
    const sport = await system.api.call<{ items: unknown[] }>('feeds', 'GET', '/feeds/sport.json', {
      key: null,
    });
    expect(sport.body.items).toEqual([]);
  });

  it('shows the same body everywhere once markup is gone', async () => {
    const feed = await system.api.call<{ items: { id: string; content_html: string }[] }>(
      'feeds',
      'GET',
      '/feeds/feed.json',
      { key: null },
    );
    const rss = await new RssParser().parseURL(`${system.urlOf('feeds')}/feeds/feed.rss`);
    expect(rss.items).toHaveLength(7);
    for (const { id, headline, body } of views) {
      const [push] = partner.of(id);
      const pushed = JSON.parse(push?.body ?? '{}') as {
        data: {
          article: {
            headlines: { role: string; value: string }[];
            bodies: { role: string; value: string }[];
          };
        };
      };
      const bodyOf = (role: string) =>
        pushed.data.article.bodies.find((each) => each.role === role)?.value ?? '';
      const text = hash(body.join(''));
      expect(hash(bodyOf('main'))).toBe(text);
      expect(hash(withoutMarkup(bodyOf('html')))).toBe(text);
      expect(pushed.data.article.headlines.find(({ role }) => role === 'main')?.value).toBe(headline);
      const item = feed.body.items.find((each) => each.id === `urn:uuid:${id}`);
      expect(withoutMarkup(item?.content_html ?? '').replace(/\s+/g, '')).toContain(
        body.join('').replace(/\s+/g, ''),
      );
      const entry = rss.items.find(({ guid }) => guid === `urn:uuid:${id}`);
      expect(entry?.title).toBe(headline);
      const page = await system.api.call('feeds', 'GET', `/articles/${id}`, { key: null });
      expect(withoutMarkup(page.text).replace(/\s+/g, '')).toContain(body.join('').replace(/\s+/g, ''));
    }
  });

  it('knows the page again: nothing new, nothing pushed', async () => {
    const pushes = partner.pushes.length;
    const again = await system.api.page<PageAnswer>(SAMPLE, 'source=jngxq&section=%E8%A6%81%E9%97%BB');
    expect(again.status).toBe(200);
    expect(again.body.articles.map(({ id, duplicate }) => [id, duplicate])).toEqual(
      taken.articles.map(({ id }) => [id, true]),
    );
    expect((await system.api.allDeliveries()).length).toBe(14);
    expect(partner.pushes.length).toBe(pushes);
  });

  it('takes a correction everywhere, and a withdrawal', async () => {
    const { id, headline } = view(6);
    const current = await system.api.call<object>('ingest', 'GET', `/api/v1/articles/${id}`);
    const corrected = await system.api.call('ingest', 'PUT', `/api/v1/articles/${id}`, {
      json: { ...current.body, headline: `${headline}（更正）`, note: '标题有误，特此更正。' },
    });
    expect(corrected.status).toBe(202);
    await pollUntil(
      'the correction arrives',
      () => partner.of(id).some(({ event }) => event.type === 'article.updated'),
      { timeoutMs: 20_000 },
    );
    const title = async () => {
      const feed = await system.api.call<{ items: { id: string; title: string }[] }>(
        'feeds',
        'GET',
        '/feeds/feed.json',
        { key: null },
      );
      return feed.body.items.find((item) => item.id === `urn:uuid:${id}`)?.title;
    };
    await pollUntil(
      'the feed shows it under the same id',
      async () => (await title()) === `${headline}（更正）`,
      { timeoutMs: 20_000 },
    );

    expect((await system.api.withdraw(id)).status).toBe(202);
    await pollUntil(
      'the withdrawal arrives',
      () => partner.of(id).some(({ event }) => event.type === 'article.withdrawn'),
      { timeoutMs: 20_000 },
    );
    await pollUntil(
      'the feed holds nothing of it',
      async () => {
        const texts = await Promise.all(
          ['rss', 'atom', 'json'].map((format) =>
            system.api.call('feeds', 'GET', `/feeds/feed.${format}`, { key: null }),
          ),
        );
        return texts.every(({ text }) => text.includes(`urn:uuid:${id}`) && !text.includes(headline));
      },
      { timeoutMs: 2_000, everyMs: 20 },
    );
    expect((await system.api.call('feeds', 'GET', `/articles/${id}`, { key: null })).status).toBe(410);
    const sequence = partner.of(id).map(({ event }) => event.data.sequence);
    expect(sequence).toEqual([...sequence].sort((a, b) => a - b));
  });
});
