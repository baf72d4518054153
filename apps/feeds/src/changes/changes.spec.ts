import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { deleteChannel } from '@newsrelay/ledger/channels';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { FeedsInstance, PUBLIC_URL, renderFeedItem } from '../feeds-instance.fixture.js';
import { ChangeWaiters } from './change-waiters.js';

const WAIT = { timeoutMs: 10_000 };

interface Change {
  id: string;
  action: 'create' | 'update' | 'withdraw';
  version: number;
  at: string;
  url: string;
  item?: { id: string; title: string; content_html: string };
}
interface Changes {
  changes: Change[];
  cursor: string;
  more: boolean;
}

describe('changes of a feed', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let feeds: FeedsInstance;
  let channels = 0;
  let channel: string;

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'feed', render: renderFeedItem });
    feeds = await FeedsInstance.start(test.server.url);
  }, 120_000);

  afterAll(async () => {
    await feeds.process.stop();
    await test.close();
  }, 60_000);

  beforeEach(async () => {
    channel = `changing-${++channels}`;
    await newsroom.addChannel(channel, { title: '要闻', maxItems: 1 });
  });

  const path = (query: Record<string, string | number> = {}, of = channel) => {
    const asked = Object.entries(query).map(([key, value]) => [key, String(value)] as [string, string]);
    return `/feeds/${of}/changes?${new URLSearchParams(asked).toString()}`;
  };
  const read = async (query: Record<string, string | number> = {}) => {
    const answer = await feeds.get(path(query));
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status: 200,
      type: 'application/json; charset=utf-8',
    });
    return (await answer.json()) as Changes;
  };
  const served = (articleId: string, on = channel) =>
    pollUntil(
      'served',
      async () => (await newsroom.states(articleId, on)).every((state) => state === 'delivered'),
      WAIT,
    );
  const publish = async (headline: string, articleId?: string, url: string | null = null) => {
    const { articleId: id } = await newsroom.publish([channel], { headline, url }, articleId);
    await served(id);
    return id;
  };
  const withdraw = async (articleId: string) => {
    const order = await newsroom.withdraw(articleId);
    await newsroom.accept(await newsroom.deliverWithdrawal(order, [channel]));
    await served(articleId);
  };

  it('tell in order what came, changed and went, with the text of what is there', async () => {
    const first = await publish('第一条');
    const second = await publish('第二条', undefined, 'https://elsewhere.example/二');
    await publish('第一条，更正', first);
    await withdraw(second);
    const { changes, cursor, more } = await read();
    expect(changes).toMatchObject([
      { id: `urn:uuid:${first}`, action: 'create', version: 1, url: `${PUBLIC_URL}/articles/${first}` },
      { id: `urn:uuid:${second}`, action: 'create', version: 1, url: `${PUBLIC_URL}/articles/${second}` },
      {
        id: `urn:uuid:${first}`,
        action: 'update',
        version: 2,
        at: expect.stringMatching(/\+08:00$/),
        item: { id: `urn:uuid:${first}`, title: '第一条，更正', _newsrelay: { version: 2 } },
      },
      { id: `urn:uuid:${second}`, action: 'withdraw', version: 1 },
    ]);
    // What came later brings its own text; what is withdrawn brings none.
    expect(changes.map(({ item }) => item !== undefined)).toEqual([false, false, true, false]);
    expect(JSON.stringify(changes)).not.toMatch(/第二条|elsewhere/);
    expect(more).toBe(false);
    expect(await read({ after: cursor })).toEqual({ changes: [], cursor, more: false });
    await publish('第二条，重发', second, 'https://elsewhere.example/二');
    expect(await read({ after: cursor })).toMatchObject({
      changes: [
        {
          action: 'create',
          version: 2,
          url: 'https://elsewhere.example/%E4%BA%8C',
          item: { title: '第二条，重发' },
        },
      ],
    });
  });

  it('are read in pages without loss, also of one instant, and in the content of the channel', async () => {
    await sql`update channels set settings = settings || '{"content": "summary"}' where id = ${channel}`.execute(
      test.ledger,
    );
    const published = [];
    for (let at = 0; at < 7; at += 1)
      published.push(await newsroom.publish([channel], { headline: `${at}` }));
    for (const { articleId } of published) await served(articleId);
    await sql`update feed_log set at = date_trunc('second', at) where channel_id = ${channel}`.execute(
      test.ledger,
    );
    const seen: string[] = [];
    let after: string | undefined;
    for (let more = true; more;) {
      const answer = await read({ limit: 3, ...(after === undefined ? {} : { after }) });
      expect(answer.changes.length).toBeLessThanOrEqual(3);
      seen.push(...answer.changes.map(({ id }) => id));
      ({ more, cursor: after } = answer);
    }
    expect(seen.sort()).toEqual(published.map(({ articleId }) => `urn:uuid:${articleId}`).sort());
    const { changes } = await read({ limit: 1 });
    await feeds.text(`/feeds/${channel}.json`);
    const json = JSON.parse(await feeds.text(`/feeds/${channel}/archive/1.json`)) as {
      items: Change['item'][];
    };
    expect(json.items).toContainEqual(changes[0]?.item);
  });

  it('give a cursor also of an empty feed, and refuse one that is not of this feed or history', async () => {
    const { changes, cursor } = await read();
    expect(changes).toEqual([]);
    await publish('一');
    const later = await read({ after: cursor });
    expect(later.changes).toHaveLength(1);
    const other = channel;
    channel = `changing-${++channels}`;
    await newsroom.addChannel(channel, { title: '别的' });
    await publish('二');
    for (const after of [later.cursor, cursor, '', 'x', '1', `1-${'a'.repeat(16)}`, 'z'.repeat(5_000)]) {
      const answer = await feeds.get(path({ after }));
      expect({ after, status: answer.status }).toEqual({ after, status: 400 });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(await answer.json()).toMatchObject({
        detail: expect.stringContaining('begin again without it'),
        errors: [{ path: '/after' }],
      });
    }
    // Under the same number another entry stands there now, as after a backup was brought back.
    await sql`update feed_log set version = version + 1 where channel_id = ${other}`.execute(test.ledger);
    expect((await feeds.get(path({ after: later.cursor }, other))).status).toBe(400);
    for (const wrong of [
      { wait: 61 },
      { wait: -1 },
      { wait: 'x' },
      { limit: 501 },
      { limit: 0 },
      { more: 1 },
    ]) {
      const answer = await feeds.get(path({ ...wrong }));
      expect({ wrong, status: answer.status }).toEqual({ wrong, status: 422 });
    }
    expect((await feeds.get('/feeds/never-was/changes')).status).toBe(404);
  });

  it('are waited for, and come at once', async () => {
    const { cursor } = await read();
    const asked = performance.now();
    const waiting = [
      read({ after: cursor, wait: 30 }),
      read({ after: cursor, wait: 30 }),
      read({ wait: 30 }),
    ];
    await pollUntil('waiting', () => waits(3), WAIT);
    const article = await publish('终于来了');
    for (const answer of await Promise.all(waiting)) {
      expect(answer.changes).toMatchObject([{ id: `urn:uuid:${article}`, action: 'create' }]);
    }
    expect(performance.now() - asked).toBeLessThan(10_000);
    const empty = await read({ after: (await read()).cursor, wait: 1 });
    expect(empty.changes).toEqual([]);
    expect((await feeds.get(path({ wait: 30, after: empty.cursor }), {}, 'HEAD')).status).toBe(200);
  });

  it('end the waiting where the feed is closed, and where whoever waited has gone', async () => {
    const { cursor } = await read();
    const closed = feeds.get(path({ after: cursor, wait: 30 }));
    await pollUntil('waiting', () => waits(1), WAIT);
    await deleteChannel(test.ledger, channel);
    expect((await closed).status).toBe(410);
    channel = `changing-${++channels}`;
    await newsroom.addChannel(channel, { title: '别的' });
    const leaving = new AbortController();
    const left = fetch(feeds.origin + path({ wait: 30 }), { signal: leaving.signal }).catch(() => 'left');
    await pollUntil('waiting', () => waits(1), WAIT);
    leaving.abort();
    expect(await left).toBe('left');
    await pollUntil('nobody waits', () => waits(0), WAIT);
  });

  it('let so many wait and no more, and nobody once the process ends', async () => {
    const another = await FeedsInstance.start(test.server.url);
    try {
      const answered: Response[] = [];
      const waiting = Array.from({ length: 205 }, async () => {
        answered.push(await another.get(path({ wait: 30 })));
      });
      await pollUntil('two hundred wait', () => waits(200, another), WAIT);
      await pollUntil('the others are refused', () => answered.length === 5, WAIT);
      expect(answered.map(({ status }) => status)).toEqual([429, 429, 429, 429, 429]);
      expect(answered[0]?.headers.get('retry-after')).toBe('5');
      const ending = another.process.stop();
      await Promise.all(waiting);
      expect(answered.slice(5).map(({ status }) => status)).toEqual(Array(200).fill(200));
      await ending;
    } finally {
      await another.process.stop();
    }
  }, 60_000);

  it('wake whoever waits, also where the change came before the waiting', async () => {
    const waiters = new ChangeWaiters(2, 1);
    const waiter = waiters.enter('a');
    expect(waiters.enter('a')).toBeNull();
    expect(waiters.enter('b')).not.toBeNull();
    expect(waiters.enter('c')).toBeNull();
    waiters.wake('a');
    await waiter?.changed(60_000);
    const second = waiter?.changed(60_000);
    waiters.wake('b');
    expect(await Promise.race([second, new Promise((resolve) => setImmediate(resolve, 'waits'))])).toBe(
      'waits',
    );
    waiter?.leave();
    await second;
    expect(waiters.size).toBe(1);
    waiters.close();
    await waiters.enter('a')?.changed(60_000);
  });

  /** True while so many wait at the feeds. */
  async function waits(count: number, at = feeds): Promise<boolean> {
    const answer = await at.get('/metrics', { authorization: 'Bearer a-key-of-this-spec' });
    return new RegExp(`^newsrelay_feed_changes_waiting(\\{.*\\})? ${count}$`, 'm').test(await answer.text());
  }
});
