import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseAtomFeed, parseRssFeed } from 'feedsmith';
import { deleteChannel } from '@newsrelay/ledger/channels';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { FeedsInstance, PUBLIC_URL, renderFeedItem } from '../feeds-instance.fixture.js';

/** What the contract allows from the order of a withdrawal until nothing of the article is served. */
const WITHDRAWN_WITHIN_MS = 2_000;

const OWN_PROFILE = JSON.stringify({
  edition: 'own-json',
  title: 'Own',
  format: 'json',
  guid: { rule: 'uuid' },
  itemsName: 'articles',
  withdrawals: 'absent',
  item: [
    { name: 'id', value: 'id' },
    { name: 'headline', value: 'title' },
  ],
});

describe('editions of feeds', () => {
  let data: TemporaryDataDir;
  let test: TestLedger;
  let newsroom: TestNewsroom;
  const instances: FeedsInstance[] = [];
  let channels = 0;
  let channel: string;

  beforeAll(async () => {
    data = temporaryDataDir();
    const editionsDir = join(data.path, 'editions');
    mkdirSync(editionsDir, { recursive: true });
    writeFileSync(join(editionsDir, 'own-json.json'), OWN_PROFILE);
    writeFileSync(join(editionsDir, 'broken.yaml'), 'edition: broken\nformat: rss\n');
    writeFileSync(join(editionsDir, 'google.yaml'), OWN_PROFILE.replace('own-json', 'google'));
    writeFileSync(join(editionsDir, 'README.txt'), 'no profile');
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'feed', render: renderFeedItem });
    for (let count = 0; count < 2; count += 1) {
      instances.push(await FeedsInstance.start(test.server.url, PUBLIC_URL, { editionsDir }));
    }
  }, 120_000);

  afterAll(async () => {
    for (const { process } of instances) await process.stop();
    await test.close();
    await data.remove();
  }, 60_000);

  beforeEach(async () => {
    channel = `daily-${++channels}`;
    const editions = ['google', 'msn', 'aggregator-zh', 'own-json', 'broken'];
    await newsroom.addChannel(channel, { title: '要闻', editions });
  });

  const get = (file: string, headers: Record<string, string> = {}, instance = 0, method = 'GET') =>
    fetch(`${instances[instance]?.origin ?? ''}/feeds/${channel}/${file}`, { headers, method });
  const text = async (file: string, instance = 0) => (await get(file, {}, instance)).text();
  const holds = (instance: number, file: string, words: string) =>
    pollUntil(`${file} holds ${words}`, async () => (await text(file, instance)).includes(words), {
      timeoutMs: 5_000,
    });

  it('are served by each instance with the same bytes, type and validators, and by their conditions', async () => {
    const { articleId } = await newsroom.publish([channel], { headline: '新的一条' });
    for (const [file, type] of [
      ['google.xml', 'application/rss+xml; charset=utf-8'],
      ['msn.xml', 'application/atom+xml; charset=utf-8'],
      ['aggregator-zh.xml', 'text/xml; charset=utf-8'],
      ['own-json.json', 'application/json; charset=utf-8'],
    ] as const) {
      await holds(0, file, articleId);
      await holds(1, file, articleId);
      const [first, second] = [await get(file), await get(file, {}, 1)];
      expect(first.headers.get('content-type')).toBe(type);
      expect(first.headers.get('link')).toBe(`<${PUBLIC_URL}/feeds/${channel}/${file}>; rel="self"`);
      expect(first.headers.get('cache-control')).toMatch(/^public, max-age=60/);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[^"]+"$/);
      const body = await first.text();
      expect(body).toContain('新的一条');
      expect({ body: await second.text(), etag: second.headers.get('etag') }).toEqual({ body, etag });

      const unchanged = await get(file, { 'if-none-match': etag });
      expect({
        status: unchanged.status,
        etag: unchanged.headers.get('etag'),
        body: await unchanged.text(),
      }).toEqual({
        status: 304,
        etag,
        body: '',
      });
      expect((await get(file, { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).status).toBe(200);
      const head = await get(file, {}, 0, 'HEAD');
      expect(head.headers.get('etag')).toBe(etag);
      expect(await head.text()).toBe('');
      expect((await get(file, {}, 0, 'POST')).status).toBe(405);
    }
    const since = await pollUntil(
      'a settled Last-Modified',
      async () => {
        const date = (await get('google.xml')).headers.get('last-modified') ?? '';
        return (await get('google.xml', { 'if-modified-since': date })).status === 304 && date;
      },
      { timeoutMs: 5_000 },
    );
    expect(Date.parse(since)).toBeLessThanOrEqual(Date.now());
    await newsroom.publish([channel], { headline: '又一条' });
    await holds(0, 'google.xml', '又一条');
    expect((await get('google.xml', { 'if-modified-since': since })).status).toBe(200);
  });

  it('follow corrections under the same id, and withdrawals at once', async () => {
    const { articleId } = await newsroom.publish([channel], { headline: '旧题', body: ['旧文。'] });
    await newsroom.publish([channel], { headline: '别的' });
    for (const instance of [0, 1]) await holds(instance, 'msn.xml', '旧题');
    const before = parseAtomFeed(await text('msn.xml')).entries?.[1];
    await newsroom.publish([channel], { headline: '新题', body: ['新文。'] }, articleId, '标题有误');
    for (const instance of [0, 1]) await holds(instance, 'msn.xml', '新题');
    const after = parseAtomFeed(await text('msn.xml')).entries?.[1];
    expect({ id: after?.id, published: after?.published }).toEqual({
      id: before?.id,
      published: before?.published,
    });
    expect((after?.updated ?? '') > (before?.updated ?? '')).toBe(true);
    expect(after?.content?.value).toContain('更正：标题有误');
    const dateOf = (xml: string) =>
      parseRssFeed(xml).items?.find(({ guid }) => guid?.value === `urn:uuid:${articleId}`)?.pubDate;
    expect(dateOf(await text('google.xml'))).not.toBe('Fri, 03 Jan 2025 00:00:00 +0800');

    const files = ['google.xml', 'msn.xml', 'aggregator-zh.xml', 'own-json.json'];
    for (const instance of [0, 1]) for (const file of files) await holds(instance, file, '新题');
    const ordered = Date.now();
    await newsroom.withdraw(articleId);
    await pollUntil(
      'nothing of it is served',
      async () => {
        const texts = await Promise.all(files.flatMap((file) => [text(file, 0), text(file, 1)]));
        return texts.every((served) => !/新[题文]|旧[题文]/.test(served));
      },
      { timeoutMs: WITHDRAWN_WITHIN_MS },
    );
    expect(Date.now() - ordered).toBeLessThan(WITHDRAWN_WITHIN_MS);
    expect(await text('google.xml')).toContain('本文已撤回');
    expect(await text('aggregator-zh.xml')).toContain('<status>撤稿</status>');
    expect(await text('own-json.json')).not.toContain(articleId);
  });

  it('are there where a channel names them, and say when their profile is missing', async () => {
    const statuses = async (files: readonly string[]) =>
      Object.fromEntries(
        await Promise.all(files.map(async (file) => [file, (await get(file)).status] as const)),
      );
    expect(
      await statuses([
        'google.xml',
        'google.json',
        'own-json.json',
        'own-json.xml',
        'broken.xml',
        'nope.xml',
        'x',
        '.xml',
      ]),
    ).toEqual({
      'google.xml': 200,
      'google.json': 404,
      'own-json.json': 200,
      'own-json.xml': 404,
      'broken.xml': 503,
      'nope.xml': 404,
      x: 404,
      '.xml': 404,
    });
    // The built-in one, whatever a file of that name says.
    expect(await text('google.xml')).toContain('<rss');
    expect(JSON.parse(await text('own-json.json'))).toEqual({ articles: [] });
    await deleteChannel(test.ledger, channel);
    await pollUntil('closed', async () => (await get('google.xml')).status === 410, { timeoutMs: 3_000 });
    channel = 'no-such-channel';
    expect((await get('google.xml')).status).toBe(404);
    channel = 'NO-%00';
    expect((await get('google.xml')).status).toBeGreaterThanOrEqual(400);
    channel = `plain-${channels}`;
    await newsroom.addChannel(channel, { title: 'T' });
    expect((await get('google.xml')).status).toBe(404);
  });
});
