import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { deleteChannel, findChannel, updateChannel } from '@newsrelay/ledger/channels';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { FeedsInstance, PUBLIC_URL, renderFeedItem } from '../feeds-instance.fixture.js';
import { NoticeSweep } from './notice-sweep.js';

const FORMATS = ['rss', 'atom', 'json'] as const;
const WAIT = { timeoutMs: 10_000 };

interface Withdrawals {
  items: { id: string; version: number; at: string; url: string }[];
  nextCursor: string | null;
}

describe('archives of the feeds service', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let one: FeedsInstance;
  let two: FeedsInstance;
  let channels = 0;
  let channel: string;

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'feed', render: renderFeedItem });
    one = await FeedsInstance.start(test.server.url);
    two = await FeedsInstance.start(test.server.url);
  }, 120_000);

  afterAll(async () => {
    await one.process.stop();
    await two.process.stop();
    await test.close();
  }, 60_000);

  beforeEach(async () => {
    channel = `archived-${++channels}`;
    await newsroom.addChannel(channel, { title: '要闻', maxItems: 2 });
  });

  const at = (path: string) => `/feeds/${channel}${path}`;
  const page = (number: number, format: string) => at(`/archive/${number}.${format}`);
  const served = (articleId: string) =>
    pollUntil(
      'served',
      async () => (await newsroom.states(articleId, channel)).every((state) => state === 'delivered'),
      WAIT,
    );
  const publish = async (headline: string, articleId?: string) => {
    const published = await newsroom.publish([channel], { headline }, articleId);
    await served(published.articleId);
    return published.articleId;
  };
  const withdraw = async (articleId: string) => {
    const order = await newsroom.withdraw(articleId);
    await newsroom.accept(await newsroom.deliverWithdrawal(order, [channel]));
    await served(articleId);
  };
  /** Waited for: the other instance may have served the last change first. */
  const feedHolds = (text: string) =>
    pollUntil(`the feed holds ${text}`, async () => (await one.text(at('.rss'))).includes(text), WAIT);
  const set = async (settings: object) => {
    const stored = await findChannel(test.ledger, channel);
    if (stored === undefined) throw new Error('no such channel');
    const changed = { ...stored, settings: { ...stored.settings, ...settings } };
    await test.ledger.transaction().execute((tx) => updateChannel(tx, changed));
  };
  const withdrawals = async (query = '') =>
    (await (await one.get(at(`/withdrawals.json${query}`))).json()) as Withdrawals;

  it('serves the same bytes everywhere and for ever, whatever is published, corrected or set later', async () => {
    const first = await publish('第一条');
    for (const headline of ['第二条', '第三条']) await publish(headline);
    expect(await one.text(at('.atom'))).toContain(
      `<link rel="prev-archive" href="${PUBLIC_URL}${page(1, 'atom')}"`,
    );
    const before = new Map<string, { text: string; etag: string | null; modified: string | null }>();
    for (const format of FORMATS) {
      const answer = await one.get(page(1, format));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
      expect(answer.headers.get('etag')).toMatch(/^"[^"]+"$/);
      expect(answer.headers.get('link')).toBe(`<${PUBLIC_URL}${page(1, format)}>; rel="self"`);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      const text = await answer.text();
      for (const headline of ['第一条', '第二条', '第三条']) expect(text).toContain(headline);
      before.set(format, {
        text,
        etag: answer.headers.get('etag'),
        modified: answer.headers.get('last-modified'),
      });
      const known = { 'if-none-match': answer.headers.get('etag') ?? '' };
      expect((await two.get(page(1, format), known)).status).toBe(304);
      expect((await two.get(page(1, format), known, 'HEAD')).status).toBe(304);
    }
    await publish('第一条，更正', first);
    for (const headline of ['第四条', '第五条', '第六条']) await publish(headline);
    await set({ title: '另一个名字', description: '说明', language: 'en', content: 'summary', maxItems: 1 });
    await feedHolds('另一个名字');
    await feedHolds('第六条');
    for (const format of FORMATS) {
      const answer = await two.get(page(1, format));
      const { text, etag } = before.get(format) ?? {};
      expect(await answer.text()).toBe(text);
      expect(answer.headers.get('etag')).toBe(etag);
      const newest = await one.text(at(`.${format}`));
      expect(newest).not.toContain('第一条');
      expect(await one.text(page(2, format))).toContain('第一条，更正');
    }
  }, 60_000);

  it('leads on from the newest page to the feed, and says what is not there', async () => {
    for (const headline of ['一', '二', '三']) await publish(headline);
    await one.text(at('.rss'));
    const next = await one.get(page(2, 'rss'));
    expect([next.status, next.headers.get('location')]).toEqual([307, `${PUBLIC_URL}${at('.rss')}`]);
    expect(next.headers.get('cache-control')).toBe('no-store');
    await test.ledger
      .updateTable('feed_heads')
      .set({ pages: 1_001 })
      .where('channel_id', '=', channel)
      .execute();
    for (const headline of ['四', '五', '六']) await publish(headline);
    await feedHolds(page(1_002, 'rss'));
    const lost = await one.get(page(2, 'json'));
    expect([lost.status, lost.headers.get('location')]).toEqual([307, `${PUBLIC_URL}${page(1_002, 'json')}`]);
    expect(await one.text(page(1_002, 'json'))).toContain(`"next_url":"${PUBLIC_URL}${page(1, 'json')}"`);
    for (const path of [
      page(1_004, 'rss'),
      page(0, 'rss'),
      page(1, 'xml'),
      at('/archive/x'),
      '/feeds/none/archive/1.rss',
    ]) {
      const answer = await one.get(path);
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    await deleteChannel(test.ledger, channel);
    for (const path of [page(1, 'rss'), at('/changes'), at('/withdrawals.json')]) {
      expect({ path, status: (await one.get(path)).status }).toEqual({ path, status: 410 });
    }
  });

  it('shows the notice on every page that held the article, from the mark of the withdrawal on', async () => {
    const article = await publish('要撤回的一条');
    for (const headline of ['二', '三']) await publish(headline);
    await one.text(at('.rss'));
    await publish('要撤回的一条，更正', article);
    await feedHolds(page(2, 'rss'));
    const before = await one.get(page(1, 'atom'));
    const order = await newsroom.withdraw(article);
    for (const format of FORMATS) {
      for (const number of [1, 2]) {
        for (const instance of [one, two]) {
          const text = await instance.text(page(number, format));
          expect(text).not.toContain('要撤回');
          expect(text).toContain('本文已撤回');
          expect(text).toContain(`urn:uuid:${article}`);
        }
      }
    }
    const marked = await one.get(page(1, 'atom'));
    expect(marked.headers.get('etag')).not.toBe(before.headers.get('etag'));
    const text = await marked.text();
    expect(text).toContain('<at:deleted-entry');
    await newsroom.accept(await newsroom.deliverWithdrawal(order, [channel]));
    await served(article);
    // What the shelf did with it changes nothing any more, and the feed has the notice beside its newest.
    expect(await one.text(page(1, 'atom'))).toBe(text);
    await feedHolds('本文已撤回');
    for (const format of FORMATS) {
      const feed = await one.text(at(`.${format}`));
      for (const shown of [article, '本文已撤回', '二', '三']) expect(feed).toContain(shown);
    }
    expect((await withdrawals()).items).toEqual([
      {
        id: `urn:uuid:${article}`,
        version: 2,
        at: expect.stringMatching(/\+08:00$/),
        url: `${PUBLIC_URL}/articles/${article}`,
      },
    ]);
  });

  it('lists withdrawals in pages, latest first, and takes off the list what is published again', async () => {
    const articles = [];
    for (const headline of ['一', '二', '三']) articles.push(await publish(headline));
    for (const article of articles) await withdraw(article);
    const ids = articles.map((article) => `urn:uuid:${article}`);
    const first = await withdrawals('?limit=2');
    expect(first.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const second = await withdrawals(`?limit=2&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ items: [{ id: ids[0] }], nextCursor: null });
    const answer = await one.get(at('/withdrawals.json'));
    const known = { 'if-none-match': answer.headers.get('etag') ?? '' };
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect((await two.get(at('/withdrawals.json'), known)).status).toBe(304);
    expect((await one.get(at('/withdrawals.json?cursor=none'))).status).toBe(400);
    expect((await one.get(at('/withdrawals.json?limit=0'))).status).toBe(422);
    await publish('又有了', articles[1]);
    expect((await withdrawals()).items.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
    expect((await two.get(at('/withdrawals.json'), known)).status).toBe(200);
  });

  it('lets a notice go after the days of the channel, with another tag and date on every instance', async () => {
    const article = await publish('一');
    const other = await publish('二');
    await withdraw(article);
    await set({ withdrawalNoticeDays: 2 });
    const sweep = async (instance: FeedsInstance) => instance.process.app.get(NoticeSweep).sweep();
    const stood = (days: number) =>
      sql`update shelf_entries set notice_since = clock_timestamp() - ${days}::float8 * interval '1 day'
          where channel_id = ${channel} and article_id = ${article}`.execute(test.ledger);
    await stood(1.9);
    await sweep(one);
    const before = await one.get(at('.atom'));
    expect(await before.text()).toContain(article);
    await stood(2.1);
    await Promise.all([sweep(one), sweep(two)]);
    const tags = new Set<string | null>();
    for (const instance of [one, two]) {
      const feed = await pollUntil(
        'a feed without it',
        async () => {
          const answer = await instance.get(at('.atom'));
          return (await answer.clone().text()).includes(article) ? undefined : answer;
        },
        WAIT,
      );
      tags.add(feed.headers.get('etag'));
      const text = await feed.text();
      expect(text).toContain(other);
      expect(text).not.toContain('deleted-entry');
      expect(text).toContain('prev-archive');
    }
    expect(tags.size).toBe(1);
    expect(tags).not.toContain(before.headers.get('etag'));
    const date = async () => (await one.get(at('.atom'))).headers.get('last-modified') ?? '';
    const earlier = Date.parse(before.headers.get('last-modified') ?? '');
    await pollUntil('a later date', async () => Date.parse(await date()) > earlier, WAIT);
    // Gone from the feed, not from what tells of it.
    expect(await one.text(page(1, 'rss'))).toContain('本文已撤回');
    expect((await withdrawals()).items).toHaveLength(1);
    expect((await one.get(`/articles/${article}`)).status).toBe(410);
  }, 60_000);
});
