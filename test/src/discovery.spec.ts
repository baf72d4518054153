import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LinkPlatform } from '@newsrelay/channel-baidu-push/platform.fixture';
import { SearchEngine } from '@newsrelay/channel-indexnow/engine.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Page } from 'playwright-core';
import { Browser } from './harness/browser.js';
import { feedItems } from './harness/feed-ids.js';
import type { ArticleAnswer } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { sampleArticle } from './harness/sample-article.js';

const KEY = '26ecd1ada8034912a62634cc4e3ddd7e';
const WAIT = { timeoutMs: 20_000 };
const HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(1)> ]]> &amp;';

describe('found by search engines and by people', () => {
  const engine = new SearchEngine();
  const baidu = new LinkPlatform();
  let system: NewsrelaySystem;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await engine.start();
    await baidu.start();
    system = await NewsrelaySystem.start();
    const site = system.urlOf('feeds');
    for (const channel of [
      { id: 'news', type: 'feed', name: 'F', settings: { title: '要闻 <b>', description: '每日要闻' } },
      {
        id: 'engines',
        type: 'indexnow',
        name: 'I',
        settings: { site, key: KEY, endpoint: engine.endpoint },
      },
      {
        id: 'baidu',
        type: 'baidu-push',
        name: 'B',
        settings: { site: baidu.site, endpoint: baidu.endpoint },
        secrets: { token: baidu.token },
      },
    ]) {
      const made = await system.api.createChannel(channel);
      expect({ status: made.status, text: made.text }).toEqual({ status: 201, text: expect.any(String) });
    }
    browser = await Browser.start({ width: 390, height: 844 });
    page = await browser.page();
  }, 120_000);

  afterAll(async () => {
    await engine.stop();
    await baidu.stop();
    await browser.stop();
    await system.stop();
    // No text ran, and no page broke its own rules.
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  async function take(fields: Record<string, unknown> = {}): Promise<ArticleAnswer> {
    const taken = await system.api.post(sampleArticle(fields));
    expect(taken.status).toBe(202);
    return taken.body;
  }
  const styleOf = (selector: string, property: string): Promise<string> =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`);
  const told = (url: string, times: number) =>
    pollUntil(`told ${times} times`, () => engine.heard.filter((one) => one === url).length === times, WAIT);

  it('tells engines of a publication, a correction and a withdrawal, and the key is where they look for it', async () => {
    const elsewhere = `${baidu.site}/2025/一`;
    const { id } = await take();
    const url = `${system.urlOf('feeds')}/articles/${id}`;
    await told(url, 1);
    const { id: other } = await take({ url: elsewhere });
    await pollUntil('pushed', () => baidu.taken.length === 1, WAIT);
    const correction = {
      ...sampleArticle({ headline: '更正后的标题' }),
      source: undefined,
      sourceId: undefined,
      note: '标题有误',
    };
    expect(
      (await system.api.call('ingest', 'PUT', `/api/v1/articles/${id}`, { json: correction })).status,
    ).toBe(202);
    await told(url, 2);
    for (const article of [id, other]) {
      const path = `/api/v1/articles/${article}/withdraw`;
      const ordered = await system.api.call('ingest', 'POST', path, { json: { reason: '测试' } });
      expect(ordered.status).toBe(202);
    }
    await told(url, 3);
    await pollUntil('pushed again', () => baidu.taken.length === 2, WAIT);
    // Each of its own site alone, and to the withdrawn page's address as to the published one's.
    expect(new Set(engine.heard)).toEqual(new Set([url]));
    expect(new Set(baidu.taken)).toEqual(new Set([`${baidu.site}/2025/%E4%B8%80`]));
    expect([engine.complaints, baidu.complaints]).toEqual([[], []]);
    expect((await fetch(url)).status).toBe(410);
  }, 60_000);

  it('shows a feed to a person as a page that leads to the article, in which nothing of a text runs', async () => {
    const { id } = await take({ headline: HOSTILE, kicker: HOSTILE, body: [HOSTILE, '正文'] });
    await pollUntil(
      'on the feed',
      async () => (await feedItems(system.api, 'news')).some((item) => item.id === `urn:uuid:${id}`),
      WAIT,
    );
    const address = `${system.urlOf('feeds')}/feeds/news.rss`;
    await page.goto(address);
    expect(await page.locator('h1').textContent()).toBe('要闻 <b>');
    expect(await page.locator('.address a').first().textContent()).toBe(address);
    // One click marks the whole address.
    expect(await styleOf('.address a', 'userSelect')).toBe('all');
    await page.getByRole('link', { name: HOSTILE }).click();
    await page.waitForURL(`**/articles/${id}`);
    expect(await page.locator('h1').textContent()).toBe(HOSTILE);
    expect(await page.locator('link[rel="alternate"]').count()).toBe(3);
    const [indent, size] = [await styleOf('.text p', 'textIndent'), await styleOf('.text p', 'fontSize')];
    expect(parseFloat(indent) / parseFloat(size)).toBeCloseTo(2);
    expect(await styleOf('.text p', 'lineBreak')).toBe('strict');
    // Nothing is wider than a telephone.
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    // The source of both lists, for those who read no page.
    await page.getByRole('link', { name: '订阅' }).click();
    expect(await page.locator('.feeds h2').allTextContents()).toEqual(['要闻 <b>']);
  }, 60_000);

  it('makes a page of a feed that is shown as XML, by its stylesheet alone', async () => {
    const feeds = system.urlOf('feeds');
    for (const format of ['rss', 'atom']) {
      const document = await (await fetch(`${feeds}/feeds/news.${format}`)).text();
      const address = `${feeds}/feeds/shown-as-xml.${format}`;
      await page.route(address, (route) => route.fulfill({ contentType: 'application/xml', body: document }));
      await page.goto(address);
      const [root, item] = format === 'rss' ? ['channel', 'item'] : ['feed', 'entry'];
      const before = `getComputedStyle(document.documentElement, '::before').content`;
      expect(await page.evaluate(before)).toContain('订阅源');
      const shown = (selector: string) => styleOf(selector, 'display');
      expect([
        await shown(`${root} > title`),
        await shown(`${item} > title`),
        await shown(`${item} > link`),
        await shown(`${root} > ${format === 'rss' ? 'ttl' : 'id'}`),
      ]).toEqual(['block', 'block', 'block', 'none']);
    }
  }, 30_000);
});
