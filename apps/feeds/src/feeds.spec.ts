import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { HOSTILE_TEXTS } from '@newsrelay/channel-feed/hostile-texts.fixture';
import {
  deleteChannel,
  findChannel,
  pauseChannel,
  resumeChannel,
  updateChannel,
} from '@newsrelay/ledger/channels';
import { openLedger, type Ledger } from '@newsrelay/ledger/database';
import { createFeedToken, deleteFeedToken } from '@newsrelay/ledger/feed-tokens';
import { migrate } from '@newsrelay/ledger/migrate';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { FeedsInstance, PUBLIC_URL, renderFeedItem } from './feeds-instance.fixture.js';
import { ListenCuttingProxy } from './listen-cutting-proxy.fixture.js';

/** What the contract allows from the order of a withdrawal until nothing of the article is served. */
const WITHDRAWN_WITHIN_MS = 2_000;
/** A dead connection is noticed within nine tenths of a second; the rest is for a busy machine. */
const REVOKED_WITHIN_MS = 2_000;

describe('the feeds service', () => {
  let data: TemporaryDataDir;
  let server: LocalServer;
  let ledger: Ledger;
  let proxy: ListenCuttingProxy;
  let newsroom: TestNewsroom;
  let one: FeedsInstance;
  let two: FeedsInstance;
  let channels = 0;
  let channel: string;

  beforeAll(async () => {
    data = temporaryDataDir();
    server = await startPostgres({ dataDir: data.path, survivesPowerLoss: false });
    ledger = openLedger({
      url: server.url,
      poolSize: 4,
      applicationName: 'spec',
      onIdleError: () => undefined,
    });
    await migrate(ledger);
    proxy = new ListenCuttingProxy(server.url);
    await proxy.start();
    newsroom = new TestNewsroom({ ledger, channelType: 'feed', render: renderFeedItem });
    one = await FeedsInstance.start(proxy.urlOf(server.url));
    two = await FeedsInstance.start(server.url);
  }, 120_000);

  afterAll(async () => {
    await one.process.stop();
    await two.process.stop();
    await proxy.stop();
    await ledger.destroy();
    await server.stop();
    await data.remove();
  }, 60_000);

  beforeEach(async () => {
    channel = `daily-${++channels}`;
    await newsroom.addChannel(channel, { title: '要闻' });
  });

  afterEach(() => {
    proxy.thaw();
  });

  const feed = (format = 'rss') => `/feeds/${channel}.${format}`;
  const delivered = (articleId: string, within = 5_000) =>
    pollUntil('delivered', async () => (await newsroom.states(articleId, channel)).at(-1) === 'delivered', {
      timeoutMs: within,
    });
  const holds = (instance: FeedsInstance, text: string, path = feed()) =>
    pollUntil(`holds ${text}`, async () => (await instance.text(path)).includes(text), { timeoutMs: 3_000 });

  /** The answer once its date is that of the last change: when the second of that is over. */
  const settled = (instance: FeedsInstance, path = feed()) =>
    pollUntil(
      'a settled Last-Modified',
      async () => {
        const answer = await instance.get(path);
        const since = answer.headers.get('last-modified') ?? '';
        return (await instance.get(path, { 'if-modified-since': since })).status === 304 && answer;
      },
      { timeoutMs: 5_000 },
    );

  it('serves an article in all formats, on every instance with the same bytes, before it is called delivered', async () => {
    expect(await one.text(feed())).not.toContain('<item>');
    const { articleId } = await newsroom.publish([channel], { headline: '新的一条' });
    await delivered(articleId);
    for (const [format, type] of [
      ['rss', 'application/rss+xml; charset=utf-8'],
      ['atom', 'application/atom+xml; charset=utf-8'],
      ['json', 'application/feed+json; charset=utf-8'],
    ] as const) {
      const first = await one.get(feed(format));
      expect(first.status).toBe(200);
      expect(first.headers.get('content-type')).toBe(type);
      expect(first.headers.get('cache-control')).toMatch(
        /^public, max-age=60, stale-while-revalidate=\d+, stale-if-error=\d+$/,
      );
      expect(first.headers.get('vary')).toBe('Accept-Encoding');
      expect(first.headers.get('link')).toBe(
        `<${PUBLIC_URL}/hub>; rel="hub", <${PUBLIC_URL}${feed(format)}>; rel="self"`,
      );
      expect(first.headers.get('set-cookie')).toBeNull();
      expect(Date.parse(first.headers.get('last-modified') ?? '')).toBeLessThanOrEqual(Date.now());
      const text = await first.text();
      expect(text).toContain('新的一条');
      expect(text).toContain(`urn:uuid:${articleId}`);
      await holds(two, '新的一条', feed(format));
      const second = await two.get(feed(format));
      expect(await second.text()).toBe(text);
      expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    }
  });

  it('answers conditional requests and HEAD as RFC 9110 says', async () => {
    const { articleId } = await newsroom.publish([channel]);
    await delivered(articleId);
    await holds(one, articleId);
    const full = await settled(one);
    const etag = full.headers.get('etag') ?? '';
    const lastModified = full.headers.get('last-modified') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    for (const [headers, status] of [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-none-match': `"x", W/${etag}` }, 304],
      [{ 'if-none-match': '*' }, 304],
      [{ 'if-none-match': '"x"', 'if-modified-since': lastModified }, 200],
      [{ 'if-none-match': etag, 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 304],
      [{ 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 200],
      [{ 'if-modified-since': 'yesterday' }, 200],
    ] as [Record<string, string>, number][]) {
      const answer = await one.get(feed(), headers);
      expect({ headers, status: answer.status }).toEqual({ headers, status });
      const body = await answer.text();
      expect(body === '').toBe(status === 304);
      for (const name of ['etag', 'cache-control', 'vary', 'link']) {
        expect(answer.headers.get(name)).toBe(full.headers.get(name));
      }
    }
    const head = await one.get(feed(), {}, 'HEAD');
    expect(await head.text()).toBe('');
    for (const name of ['etag', 'content-type', 'content-length', 'cache-control', 'link', 'last-modified']) {
      expect({ name, value: head.headers.get(name) }).toEqual({ name, value: full.headers.get(name) });
    }
    const known = await one.get(feed(), { 'if-none-match': etag }, 'HEAD');
    expect(known.status).toBe(304);
    for (const name of ['etag', 'cache-control', 'vary', 'link', 'last-modified']) {
      expect({ name, value: known.headers.get(name) }).toEqual({ name, value: full.headers.get(name) });
    }
    const page = `/articles/${articleId}`;
    const tag = (await one.get(page)).headers.get('etag') ?? '';
    for (const [path, validator] of [
      [feed(), etag],
      [page, tag],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await one.get(path, { 'if-none-match': validator }, method);
        expect({ path, method, status: answer.status }).toEqual({ path, method, status: 304 });
        // It would be the length of the 200 (RFC 9110, section 8.6).
        expect(answer.headers.get('content-length')).toBeNull();
        expect(answer.headers.get('content-type')).toBeNull();
      }
    }
  });

  it('refuses what it has not, in problem details', async () => {
    await newsroom.addChannel(`push-${channels}`, {}, 'webhook');
    for (const path of [
      '/feeds/never-was.rss',
      `/feeds/push-${channels}.rss`,
      `/feeds/${channel}`,
      `/feeds/${channel}.xml`,
      '/feeds/.rss',
      `/feeds/${'x'.repeat(200)}.rss`,
      `/feeds/${'x'.repeat(5_000)}.rss`,
      '/articles/none',
      '/articles/019400aa-0000-7000-8000-000000000000',
    ]) {
      const answer = await one.get(path);
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect((await one.get('/feeds/A%00B.rss')).status).toBe(400);
    for (const path of [feed(), '/articles/019400aa-0000-7000-8000-000000000000']) {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const answer = await one.get(path, {}, method);
        expect({ path, method, status: answer.status }).toEqual({ path, method, status: 405 });
        expect(answer.headers.get('allow')).toBe(path === feed() ? 'GET, HEAD, OPTIONS' : 'GET, HEAD');
      }
    }
  });

  it('tells a browser on a page that there is no article, and a program in problem details', async () => {
    const path = '/articles/019400aa-0000-7000-8000-000000000000';
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    for (const [language, words] of [
      [undefined, '没有这篇文章'],
      ['zh-TW,en;q=0.5', '没有这篇文章'],
      ['de', 'There is no such article'],
    ] as const) {
      const answer = await one.get(path, { accept, ...(language && { 'accept-language': language }) });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      expect(await answer.text()).toContain(`<h1>${words}</h1>`);
    }
    for (const other of ['application/json', '*/*']) {
      const answer = await one.get(path, { accept: other });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
  });

  it('shows film, sound and the direction of the text on the page', async () => {
    const media = ['video/mp4', 'audio/mpeg'].map((type) => ({
      type,
      url: 'https://img.example/a',
      caption: '',
      credit: '',
      alt: '',
    }));
    const { articleId } = await newsroom.publish([channel], { language: 'ar', media });
    const html = await one.text(`/articles/${articleId}`);
    expect(html).toContain('<html lang="ar" dir="rtl">');
    expect(html).toContain('<video src="https://img.example/a"');
    expect(html).toContain('<audio src="https://img.example/a"');
    await newsroom.withdraw(articleId);
    // The words on it are ours, and run from the left.
    expect(await one.text(`/articles/${articleId}`)).not.toContain('dir=');
  });

  it('answers a thousand polls without a query, and each instance renders once', async () => {
    const { articleId } = await newsroom.publish([channel]);
    await delivered(articleId);
    await holds(one, articleId);
    const etag = (await one.get(feed())).headers.get('etag') ?? '';
    const before = proxy.queries;
    const statuses = new Map<number, number>();
    for (let at = 0; at < 1_000; at += 1) {
      const answer = await one.get(feed(), at === 0 ? {} : { 'if-none-match': etag });
      await answer.arrayBuffer();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 1, 304: 999 });
    // What remains are the sweeps and heartbeats of the seconds it took.
    expect(proxy.queries - before).toBeLessThan(100);
  });

  it('says the same bytes and tag after a restart', async () => {
    const { articleId } = await newsroom.publish([channel], { headline: HOSTILE_TEXTS[0] });
    await delivered(articleId);
    await holds(one, articleId);
    const restarted = await FeedsInstance.start(server.url);
    try {
      for (const format of ['rss', 'atom', 'json']) {
        const [before, after] = [await one.get(feed(format)), await restarted.get(feed(format))];
        expect(after.headers.get('etag')).toBe(before.headers.get('etag'));
        expect(await after.text()).toBe(await before.text());
      }
    } finally {
      await restarted.process.stop();
    }
  });

  it('dates what it serves by the last change of it, whatever else changes of the channel, on every instance', async () => {
    const { articleId } = await newsroom.publish([channel]);
    await delivered(articleId);
    await holds(one, articleId);
    const since = (await settled(one)).headers.get('last-modified') ?? '';
    const dateOf = async (instance: FeedsInstance) => {
      const answer = await instance.get(feed(), { 'if-modified-since': since });
      return [answer.status, answer.headers.get('last-modified')];
    };
    const stored = await findChannel(ledger, channel);
    if (stored === undefined) throw new Error('no channel');
    await ledger
      .transaction()
      .execute((tx) => updateChannel(tx, { ...stored, name: '别名', enabled: false }));
    await pauseChannel(ledger, channel, 'test');
    await ledger.transaction().execute((tx) => resumeChannel(tx, channel));
    const restarted = await FeedsInstance.start(server.url);
    try {
      for (const instance of [one, two, restarted]) expect(await dateOf(instance)).toEqual([304, since]);
      const settings = { ...stored.settings, description: '一句话' };
      await ledger.transaction().execute((tx) => updateChannel(tx, { ...stored, settings }));
      for (const instance of [one, two, restarted]) {
        await pollUntil('another date', async () => (await dateOf(instance))[0] === 200, {
          timeoutMs: 3_000,
        });
      }
      const dates = [one, two, restarted].map(async (instance) =>
        (await settled(instance)).headers.get('last-modified'),
      );
      expect(new Set(await Promise.all(dates)).size).toBe(1);
    } finally {
      await restarted.process.stop();
    }
  });

  it('gives clients that go by the date alone the addresses of another public URL', async () => {
    const { articleId } = await newsroom.publish([channel]);
    await delivered(articleId);
    await holds(one, articleId);
    const paths = [feed('rss'), feed('atom'), feed('json'), `/articles/${articleId}`];
    const seen = await Promise.all(paths.map((path) => settled(one, path)));
    const moved = await FeedsInstance.start(server.url, 'https://elsewhere.example/news');
    try {
      for (const [at, path] of paths.entries()) {
        const since = seen[at]?.headers.get('last-modified') ?? '';
        const answer = await moved.get(path, { 'if-modified-since': since });
        expect({ path, status: answer.status }).toEqual({ path, status: 200 });
        const text = await answer.text();
        expect(text).toContain(`https://elsewhere.example/news/articles/${articleId}`);
        expect(text).not.toContain(PUBLIC_URL);
      }
      const back = await FeedsInstance.start(server.url);
      const since = (await settled(moved)).headers.get('last-modified') ?? '';
      expect((await back.get(feed(), { 'if-modified-since': since })).status).toBe(200);
      await back.process.stop();
    } finally {
      await moved.process.stop();
    }
  });

  it('finds what a lost notification or a crash left', async () => {
    const published = await newsroom.release({ headline: '无人通知' });
    const ids = await newsroom.deliver(published, [channel]);
    await ledger.updateTable('deliveries').set({ state: 'accepted' }).where('id', 'in', ids).execute();
    await delivered(published.articleId, 2_500);
    await holds(one, '无人通知');
  });

  it('drops a withdrawn text at once, by the mark alone, and ends the delivery of the withdrawal', async () => {
    const { articleId } = await newsroom.publish([channel], {
      headline: '撤回的标题',
      body: ['撤回的正文。'],
    });
    await delivered(articleId);
    await holds(one, '撤回的正文');
    await holds(two, '撤回的正文');
    expect(await one.text(`/articles/${articleId}`)).toContain('撤回的正文');
    const before = await one.get(feed());
    const withdrawal = await newsroom.withdraw(articleId);
    const ordered = performance.now();
    for (const instance of [one, two]) {
      for (const format of ['rss', 'atom', 'json']) {
        await pollUntil(
          'nothing of it',
          async () => !(await instance.text(feed(format))).includes('撤回的正文'),
          {
            timeoutMs: WITHDRAWN_WITHIN_MS,
            everyMs: 5,
          },
        );
        const text = await instance.text(feed(format));
        expect(text).not.toContain('撤回的标题');
        expect(text).toContain(`urn:uuid:${articleId}`);
        expect(text).toContain('本文已撤回');
      }
      const page = await instance.get(`/articles/${articleId}`);
      expect(page.status).toBe(410);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const html = await page.text();
      expect(html).toContain('本文已撤回');
      expect(html).not.toContain('撤回的标题');
    }
    expect(performance.now() - ordered).toBeLessThan(WITHDRAWN_WITHIN_MS);
    const after = await one.get(feed());
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
    const bytes = await after.text();
    await newsroom.accept(await newsroom.deliverWithdrawal(withdrawal, [channel]));
    await delivered(articleId);
    expect(await newsroom.states(articleId, channel)).toEqual(['delivered', 'delivered']);
    expect(await one.text(feed())).toBe(bytes);
  });

  it('drops a withdrawn text also while its LISTEN connection is dead and has not said so', async () => {
    const { articleId } = await newsroom.publish([channel], { body: ['半开连接时的正文。'] });
    await delivered(articleId);
    await holds(one, '半开连接时的正文');
    proxy.freeze();
    await newsroom.withdraw(articleId);
    const path = feed();
    await pollUntil('nothing of it', async () => !(await one.text(path)).includes('半开连接时的正文'), {
      timeoutMs: WITHDRAWN_WITHIN_MS,
      everyMs: 5,
    });
    // And as long as nothing is heard, each request is answered from the ledger.
    const second = await newsroom.publish([channel], { body: ['之后的正文。'] });
    await holds(one, '之后的正文');
    await newsroom.withdraw(second.articleId);
    expect(await one.text(path)).not.toContain('之后的正文');
    proxy.thaw();
    const queriesOf = async () => {
      const before = proxy.queries;
      for (let at = 0; at < 20; at += 1) await one.text(path);
      return proxy.queries - before;
    };
    await pollUntil('heard again', async () => (await queriesOf()) < 10, { timeoutMs: 10_000 });
    const third = await newsroom.publish([channel], { body: ['恢复后的正文。'] });
    await delivered(third.articleId);
    await holds(one, '恢复后的正文');
  });

  it('refuses a revoked token also while its LISTEN connection is dead and has not said so', async () => {
    const id = randomUUID();
    const token = `nrf_${randomBytes(32).toString('base64url')}`;
    const made = { id, name: '合作方', token, expiresAt: null, createdBy: { id: 'k', name: 'k' } };
    const protectedChannel = `${channel}-protected`;
    await newsroom.addChannel(protectedChannel, { title: '要闻', access: 'token' });
    await ledger.transaction().execute((tx) => createFeedToken(tx, { ...made, channelId: protectedChannel }));
    const statusAt = async (instance: FeedsInstance) =>
      (await instance.get(`/feeds/${protectedChannel}.rss`, { authorization: `Bearer ${token}` })).status;
    expect([await statusAt(one), await statusAt(two)]).toEqual([200, 200]);
    proxy.freeze();
    const revokedAt = performance.now();
    await ledger.transaction().execute((tx) => deleteFeedToken(tx, protectedChannel, id));
    for (const instance of [one, two])
      await pollUntil('refused', async () => (await statusAt(instance)) === 401, {
        timeoutMs: 2_000,
        everyMs: 10,
      });
    expect(performance.now() - revokedAt).toBeLessThan(REVOKED_WITHIN_MS);
  });

  it('shows a correction under the same id and place', async () => {
    const first = await newsroom.publish([channel], { headline: '先', body: ['二十人。'] });
    const second = await newsroom.publish([channel], { headline: '后' });
    await delivered(second.articleId);
    await newsroom.publish(
      [channel],
      { headline: '先', body: ['二十一人。'] },
      first.articleId,
      '人数更正。',
    );
    await delivered(first.articleId);
    await holds(one, '二十一人');
    const text = await one.text(feed());
    expect(text).not.toContain('二十人');
    expect(text).toContain('更正：人数更正。');
    const ids = [...text.matchAll(/<guid[^>]*>urn:uuid:([^<]+)</g)].map((match) => match[1]);
    expect(ids).toEqual([second.articleId, first.articleId]);
    expect(await one.text(`/articles/${first.articleId}`)).toContain('更正：人数更正。');
  });

  it('follows the channel: its title, its content, its number of items, a pause, its end', async () => {
    const older = await newsroom.publish([channel], {
      headline: '旧条',
      body: [`首句。${'长'.repeat(130)}。`],
    });
    const newer = await newsroom.publish([channel], {
      headline: '新条',
      body: [`首句。${'长'.repeat(130)}。`],
    });
    await delivered(newer.articleId);
    await delivered(older.articleId);
    await holds(one, '旧条');
    const set = async (settings: object) => {
      await ledger
        .updateTable('channels')
        .set({ settings: JSON.stringify(settings), updated_at: sql`clock_timestamp()` })
        .where('id', '=', channel)
        .execute();
      await sql`select pg_notify('newsrelay_channel_changed', ${channel})`.execute(ledger);
    };
    await set({ title: '新名 & <名>', maxItems: 1, content: 'summary' });
    await holds(one, '<title>新名 &amp; &lt;名&gt;</title>');
    const text = await one.text(feed());
    expect(text).toContain('新条');
    expect(text).not.toContain('旧条');
    expect(text).not.toContain('长长');
    const etag = (await one.get(feed())).headers.get('etag');
    await pauseChannel(ledger, channel, 'test');
    await sql`select pg_notify('newsrelay_channel_changed', ${channel})`.execute(ledger);
    await newsroom.withdraw(older.articleId);
    expect((await one.get(feed())).headers.get('etag')).toBe(etag);
    await deleteChannel(ledger, channel);
    await pollUntil('closed', async () => (await one.get(feed())).status === 410, { timeoutMs: 3_000 });
    expect((await two.get(feed('json'))).headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('finds a channel that is made after it was asked for', async () => {
    const path = `/feeds/later-${channels}.rss`;
    expect((await one.get(path)).status).toBe(404);
    await newsroom.addChannel(`later-${channels}`, { title: 'Later' });
    await pollUntil('made', async () => (await one.get(path)).status === 200, { timeoutMs: 2_000 });
  });

  it('shows an article as a page on which nothing runs and no text is markup', async () => {
    const all = HOSTILE_TEXTS.join(' | ');
    const { articleId } = await newsroom.publish([channel], {
      headline: all,
      kicker: all,
      subtitle: all,
      dateline: all,
      bylines: [{ role: all, name: all }],
      editor: all,
      body: [...HOSTILE_TEXTS],
      media: [{ url: 'https://img.example/a', type: 'image/png', caption: all, credit: all, alt: all }],
    });
    // Once it is on the feed, which its page leads to.
    await delivered(articleId);
    const page = await one.get(`/articles/${articleId.toUpperCase()}`);
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const html = await page.text();
    expect(html).toContain('<html lang="zh-CN">');
    const tags = new Set(
      [...html.matchAll(/<\/?([a-z0-9]+)(?:\s(?:"[^"]*"|[^">])*)?>/gi)].map((tag) => tag[1]),
    );
    for (const active of ['b', 'item', 'channel', 'entry', 'feed']) expect(tags).not.toContain(active);
    // One data block, which does not run.
    expect(html.match(/<script[^>]*>/g)).toEqual(['<script type="application/ld+json">']);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    const etag = page.headers.get('etag') ?? '';
    expect((await one.get(`/articles/${articleId}`, { 'if-none-match': etag })).status).toBe(304);
    expect((await two.get(`/articles/${articleId}`)).headers.get('etag')).toBe(etag);
  });

  it('serves nothing that it cannot check without PostgreSQL, and goes on by itself with it', async () => {
    const { articleId } = await newsroom.publish([channel], { headline: '停机前' });
    await delivered(articleId);
    await holds(two, '停机前');
    await server.kill('SIGKILL');
    // 503 in a process of its own; under Jest an error of Node's sockets is of another realm and looks unknown.
    const failed = async () => (await two.get(feed())).status >= 500;
    await pollUntil('unavailable', failed, { timeoutMs: WITHDRAWN_WITHIN_MS });
    for (let at = 0; at < 10; at += 1) expect(await two.text(feed())).not.toContain('停机前');
    expect((await two.get('/health/ready')).status).toBe(503);
    await server.restart();
    await pollUntil('there again', async () => (await two.get(feed())).status === 200, { timeoutMs: 15_000 });
    const after = await newsroom.publish([channel], { headline: '停机后' });
    await delivered(after.articleId, 10_000);
    await holds(two, '停机后');
  }, 60_000);
});
