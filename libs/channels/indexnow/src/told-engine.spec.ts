import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { indexNowConnector } from './connector.js';
import { KeySite, SearchEngine } from './engine.fixture.js';
import { indexNowSettings } from './manifest.js';

const KEY = '26ecd1ada8034912a62634cc4e3ddd7e';
const NOW = new Date('2025-01-03T01:00:05Z');

describe('an engine that is told by IndexNow', () => {
  const engine = new SearchEngine();
  const site = new KeySite();
  const client = new GuardedHttp({ allowTargets: ['127.0.0.0/8'] });

  beforeAll(async () => {
    await engine.start();
    await site.start();
  });
  afterAll(async () => {
    await client.destroy();
    await engine.stop();
    await site.stop();
  });
  beforeEach(() => {
    engine.heard.length = 0;
    engine.complaints.length = 0;
    site.key = KEY;
  });

  const io = () => ({
    now: NOW,
    http: client.bind({
      signal: new AbortController().signal,
      deadlineMs: 2_000,
      beforeFirstByte: () => undefined,
    }),
  });
  const target = (changes: Record<string, unknown> = {}) => ({
    channelId: 'engines',
    settings: indexNowSettings.parse({ site: site.address, key: KEY, endpoint: engine.endpoint, ...changes }),
    secrets: {},
  });
  const tell = (url: string, action: DeliveryAction = 'publish', changes = {}) =>
    indexNowConnector.publisher.publish(
      { key: 'msg_1', action, body: JSON.stringify({ url }), remoteIds: [] },
      target(changes),
      io(),
    );

  it('takes the address of a publication and of a withdrawal alike, and nothing is to complain of', async () => {
    const url = `${site.address}/articles/1`;
    for (const action of ['publish', 'withdraw'] as const)
      expect(await tell(url, action)).toMatchObject({ outcome: 'delivered', status: 200, error: null });
    expect(engine.heard).toEqual([url, url]);
    expect(engine.complaints).toEqual([]);
  });

  it('counts 202, before it has looked for the key, as heard', async () => {
    engine.looksLater = true;
    const result = await tell(`${site.address}/articles/1`);
    expect(result).toMatchObject({ outcome: 'delivered', status: 202, error: null });
  });

  it('pauses the channel where it does not find the key, and says where it has to be', async () => {
    site.key = null;
    const result = await tell(`${site.address}/articles/1`);
    expect(result).toMatchObject({ outcome: 'auth-expired', status: 403 });
    expect(result.pauseReason).toContain(`${site.address}/${KEY}.txt`);
    expect(engine.heard).toEqual([]);
  });

  it('is told nothing of an article that lives elsewhere', async () => {
    const elsewhere = [
      'https://other.example/articles/1',
      `${site.address}-archive/1`,
      site.address.replace('http:', 'https:') + '/articles/1',
      site.address.replace('127.0.0.1', '127.0.0.2') + '/articles/1',
    ];
    for (const url of elsewhere) {
      const result = await tell(url);
      expect(result).toMatchObject({ outcome: 'delivered', status: null, error: null });
      expect(result.response).toBe(`Nothing was sent: ${url} is not a page of ${site.address}.`);
    }
    expect(engine.heard).toEqual([]);
    expect(engine.complaints).toEqual([]);
  });

  it.each([
    [400, 'permanent', {}],
    [422, 'rejected-content', {}],
    [429, 'rate-limited', { 'retry-after': '90' }],
    [500, 'transient', {}],
  ] as const)('says %i: %s, in words', async (status, outcome, headers) => {
    engine.answersNext = { status, headers };
    const result = await tell(`${site.address}/articles/1`);
    expect(result).toMatchObject({ outcome, status });
    expect(result.error).toContain(`(${status})`);
    expect(result.pauseReason).toBeUndefined();
    expect(result.retryAfterSeconds).toBe(status === 429 ? 90 : undefined);
  });

  it('is asked in a test of the channel by the front page', async () => {
    expect(await indexNowConnector.publisher.check(target(), io())).toMatchObject({ outcome: 'delivered' });
    expect(engine.heard).toEqual([`${site.address}/`]);
    expect(engine.complaints).toEqual([]);
  });

  it('takes addresses as the formatter writes them: in ASCII', async () => {
    const article = { canonicalUrl: `${site.address}/新闻/一` };
    const draft = { article, fitted: { headline: '', cut: false } } as unknown as Parameters<
      typeof indexNowConnector.formatter.render
    >[0];
    const { url } = indexNowConnector.formatter.render(draft, target().settings) as { url: string };
    expect(await tell(url)).toMatchObject({ outcome: 'delivered', status: 200 });
    expect(engine.heard).toEqual([`${site.address}/%E6%96%B0%E9%97%BB/%E4%B8%80`]);
  });

  it.each([
    ['site', 'news.example'],
    ['site', 'https://news.example/?a=1'],
    ['site', 'https://me:secret@news.example'],
    ['key', 'short'],
    ['key', 'a key with spaces'],
    ['key', 'x'.repeat(129)],
    ['endpoint', 'api.indexnow.org'],
  ])('refuses the setting %s "%s" by name', (field, value) => {
    const parsed = indexNowSettings.safeParse({ site: 'https://news.example', key: KEY, [field]: value });
    expect(parsed.error?.issues[0]?.path).toEqual([field]);
  });
});
