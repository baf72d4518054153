import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteChannel, findChannel, updateChannel } from '@newsrelay/ledger/channels';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { FeedsInstance, PUBLIC_URL, renderFeedItem } from '../feeds-instance.fixture.js';
import { FeedShelfService } from '../shelf/feed-shelf.service.js';
import { rawRequest, type RawAnswer } from './raw-request.fixture.js';

const MEDIA = {
  rss: 'application/rss+xml; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
} as const;
const FORMATS = ['rss', 'atom', 'json'] as const;
/** What a 304 repeats of the 200, and HEAD of GET. */
const REPEATED = ['etag', 'cache-control', 'vary', 'link', 'access-control-allow-origin'];
const DECODE: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  identity: (bytes) => bytes,
};

const one = (answer: RawAnswer, name: string): string | undefined => {
  const lines = answer.headers.get(name) ?? [];
  expect({ name, lines: lines.length }).toEqual({ name, lines: Math.min(lines.length, 1) });
  return lines[0];
};
const codingOf = (answer: RawAnswer) => one(answer, 'content-encoding') ?? 'identity';
const textOf = (answer: RawAnswer) => DECODE[codingOf(answer)]?.(answer.body).toString('utf8') ?? '';

/** The sum of the samples that have these labels. */
async function sampleOf(instance: FeedsInstance, metric: string, labels: readonly string[]): Promise<number> {
  const lines = (await instance.metrics()).split('\n').filter((line) => line.startsWith(`${metric}{`));
  const meant = lines.filter((line) => labels.every((label) => line.includes(label)));
  return meant.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

describe('HTTP of feeds, over a socket', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  /** Knows its callers by their sockets, and so answers at the front door. */
  let near: FeedsInstance;
  /** Knows them by what a proxy says, and so answers by its routes. */
  let behind: FeedsInstance;
  let channels = 0;
  let channel: string;

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'feed', render: renderFeedItem });
    near = await FeedsInstance.start(test.server.url);
    behind = await FeedsInstance.start(test.server.url, PUBLIC_URL, {
      trustedProxies: ['127.0.0.1'],
      pollsPerMinute: 5,
    });
  }, 120_000);
  afterAll(async () => {
    await near.process.stop();
    await behind.process.stop();
    await test.close();
  }, 60_000);

  beforeEach(async () => {
    channel = `wire-${++channels}`;
    await newsroom.addChannel(channel, { title: '要闻' });
    await add('第一条');
  });

  const path = (format = 'rss', id = channel) => `/feeds/${id}.${format}`;
  const ask = (headers: readonly string[] = [], format = 'rss', method = 'GET', instance = near) =>
    rawRequest(instance.port, `${method} ${path(format)}`, headers);
  const shelfOf = (instance: FeedsInstance, id: string) =>
    instance.process.app.get(FeedShelfService).peek(id);

  async function add(headline: string, ids = [channel]): Promise<string> {
    const body = Array.from({ length: 20 }, (_, at) => `${headline}，第${at}段。`);
    const { articleId } = await newsroom.publish(ids, { headline, body });
    for (const instance of [near, behind]) {
      for (const id of ids) {
        await pollUntil(
          `${headline} in ${id}`,
          async () => (await instance.text(path('json', id))).includes(headline),
          { timeoutMs: 5_000 },
        );
      }
    }
    return articleId;
  }

  /** The answer once its date stands still: when the second of the last change is over. */
  const settled = (format = 'rss', headers: readonly string[] = []) =>
    pollUntil(
      'a settled date',
      async () => {
        const answer = await ask(headers, format);
        const since = one(answer, 'last-modified') ?? '';
        return (await ask([`If-Modified-Since: ${since}`], format)).status === 304 && answer;
      },
      { timeoutMs: 5_000 },
    );

  it('names the exact media type of each format, a self link, an age, a date that is not ahead, and no cookie', async () => {
    for (const format of FORMATS) {
      for (const instance of [near, behind]) {
        const answer = await ask(['X-Forwarded-For: 203.0.113.9'], format, 'GET', instance);
        expect(answer.status).toBe(200);
        expect(one(answer, 'content-type')).toBe(MEDIA[format]);
        expect(one(answer, 'content-length')).toBe(String(answer.body.length));
        expect(one(answer, 'link')).toBe(
          `<${PUBLIC_URL}/hub>; rel="hub", <${PUBLIC_URL}${path(format)}>; rel="self"`,
        );
        expect(one(answer, 'cache-control')).toBe(
          'public, max-age=60, stale-while-revalidate=30, stale-if-error=300',
        );
        expect(one(answer, 'vary')).toBe('Accept-Encoding');
        expect(answer.headers.has('set-cookie')).toBe(false);
        const date = Date.parse(one(answer, 'date') ?? '');
        expect(Date.parse(one(answer, 'last-modified') ?? '')).toBeLessThanOrEqual(date);
      }
    }
    // The same age in the document: minutes, and updates an hour.
    const rss = textOf(await ask());
    expect(rss).toContain('<ttl>1</ttl>');
    expect(rss).toContain('<sy:updateFrequency>60</sy:updateFrequency>');
  });

  it('is the same text in every coding, each with a strong tag of its own, on every instance', async () => {
    for (const format of FORMATS) {
      const plain = await ask([], format);
      expect(codingOf(plain)).toBe('identity');
      const tags = [one(plain, 'etag')];
      for (const coding of ['gzip', 'br']) {
        for (const instance of [near, behind]) {
          const answer = await ask([`Accept-Encoding: ${coding}`], format, 'GET', instance);
          expect(codingOf(answer)).toBe(coding);
          expect(DECODE[coding]?.(answer.body).equals(plain.body)).toBe(true);
          expect(answer.body.length).toBeLessThan(plain.body.length / 2);
          expect(one(answer, 'vary')).toBe('Accept-Encoding');
          tags.push(one(answer, 'etag'));
        }
      }
      expect(tags[1]).toBe(tags[2]);
      expect(tags[3]).toBe(tags[4]);
      expect(new Set(tags).size).toBe(3);
      for (const tag of tags) expect(tag).toMatch(/^"[\x21\x23-\x7E]+"$/);
    }
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip;q=0.5, br;q=0.4', 'gzip'],
    ['gzip;q=0, br', 'br'],
    ['gzip;q=0', 'identity'],
    ['gzip; q=0.000, br ;q=0', 'identity'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip, identity;q=0', 'gzip'],
    ['*', 'br'],
    ['*;q=0, gzip', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['deflate, zstd', 'identity'],
    ['', 'identity'],
    [', ,', 'identity'],
  ])('takes Accept-Encoding: %s', async (accepted, coding) => {
    const answer = await ask([`Accept-Encoding: ${accepted}`]);
    expect([answer.status, codingOf(answer)]).toEqual([200, coding]);
    expect(textOf(answer)).toContain('第一条');
  });

  it.each(['identity;q=0', '*;q=0', 'deflate, *;q=0', 'gzip;q=0, br;q=0, identity;q=0'])(
    'has nothing for Accept-Encoding: %s',
    async (accepted) => {
      const answer = await ask([`Accept-Encoding: ${accepted}`]);
      expect(answer.status).toBe(406);
      expect(one(answer, 'vary')).toBe('Accept-Encoding');
      expect(one(answer, 'content-type')).toMatch(/^application\/problem\+json/);
      expect(one(answer, 'cache-control')).toBe('no-store');
      // What it has is not sent again, so no coding is needed.
      const etag = one(await ask(), 'etag') ?? '';
      expect((await ask([`Accept-Encoding: ${accepted}`, `If-None-Match: ${etag}`])).status).toBe(304);
    },
  );

  it('answers conditions as RFC 9110 says, by the validator of any coding', async () => {
    const plain = await settled();
    const gzipped = await ask(['Accept-Encoding: gzip']);
    const [etag, other, date] = [
      one(plain, 'etag') ?? '',
      one(gzipped, 'etag') ?? '',
      one(plain, 'last-modified') ?? '',
    ];
    const earlier = new Date(Date.parse(date) - 1_000).toUTCString();
    for (const [headers, status, tag] of [
      [[`If-None-Match: ${etag}`], 304, etag],
      [[`If-None-Match: W/${etag}`], 304, etag],
      [[`If-None-Match: "x", W/"y" , ${etag}`], 304, etag],
      [['If-None-Match: "x"', `If-None-Match: ${etag}`], 304, etag],
      [['If-None-Match: *'], 304, etag],
      // Of another coding than is asked for now: the tag by which a cache finds what it has.
      [[`If-None-Match: ${other}`], 304, other],
      [[`If-None-Match: ${etag}`, 'Accept-Encoding: gzip'], 304, etag],
      [[`If-None-Match: ${etag}, ${other}`, 'Accept-Encoding: gzip'], 304, other],
      [['If-None-Match: *', 'Accept-Encoding: gzip'], 304, other],
      [[`If-Modified-Since: ${date}`, 'Accept-Encoding: gzip'], 304, other],
      [['If-None-Match: "x"'], 200, etag],
      [['If-None-Match: "x"', `If-Modified-Since: ${date}`], 200, etag],
      [[`If-None-Match: ${etag}`, `If-Modified-Since: ${earlier}`], 304, etag],
      [[`If-Modified-Since: ${date}`], 304, etag],
      [[`If-Modified-Since: ${earlier}`], 200, etag],
      [['If-Modified-Since: the day before yesterday'], 200, etag],
      [['If-Modified-Since: 2026-01-01T00:00:00Z'], 200, etag],
      [['If-Modified-Since: Fri, 31 Foo 2031 01:00:00 GMT'], 200, etag],
      [['If-Match: "x"'], 200, etag],
    ] as [string[], number, string][]) {
      for (const method of ['GET', 'HEAD']) {
        for (const instance of [near, behind]) {
          const answer = await ask([...headers, 'X-Forwarded-For: 127.0.0.1'], 'rss', method, instance);
          expect({ headers, status: answer.status, tag: one(answer, 'etag') }).toEqual({
            headers,
            status,
            tag,
          });
          expect(answer.body.length > 0).toBe(status === 200 && method === 'GET');
        }
      }
    }
  });

  it('repeats what a 200 says in a 304, which has no body and nothing of one', async () => {
    for (const format of FORMATS) {
      for (const accepted of [[], ['Accept-Encoding: gzip'], ['Accept-Encoding: br']]) {
        const whole = await settled(format, accepted);
        for (const method of ['GET', 'HEAD']) {
          const known = await ask(
            [...accepted, `If-None-Match: ${one(whole, 'etag') ?? ''}`],
            format,
            method,
          );
          expect(known.status).toBe(304);
          expect(known.body.length).toBe(0);
          for (const name of [...REPEATED, 'last-modified'])
            expect([name, known.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
          for (const name of ['content-length', 'content-type', 'content-encoding', 'transfer-encoding'])
            expect([name, known.headers.get(name)]).toEqual([name, undefined]);
        }
        const head = await ask(accepted, format, 'HEAD');
        expect(head.body.length).toBe(0);
        const without = ({ headers }: RawAnswer) => [...headers].filter(([name]) => name !== 'date');
        expect(without(head)).toEqual(without(whole));
      }
    }
  });

  it('answers no other method, and no delta', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const refused = await ask(['Content-Length: 0'], 'rss', method);
      expect([method, refused.status, one(refused, 'allow')]).toEqual([method, 405, 'GET, HEAD, OPTIONS']);
    }
    const first = one(await ask(), 'etag') ?? '';
    await add('第二条');
    for (const headers of [['A-IM: feed'], ['A-IM: feed, gzip', `If-None-Match: ${first}`]]) {
      const answer = await ask(headers);
      expect([answer.status, answer.headers.has('im'), codingOf(answer)]).toEqual([200, false, 'identity']);
      expect(textOf(answer)).toContain('第一条');
    }
  });

  it('lets the scripts of every page read, conditionally too, and see why they may not', async () => {
    for (const format of FORMATS) {
      const preflight = await ask(
        ['Origin: https://reader.example', 'Access-Control-Request-Method: GET'].concat(
          'Access-Control-Request-Headers: if-none-match',
        ),
        format,
        'OPTIONS',
      );
      expect([preflight.status, preflight.body.length]).toEqual([204, 0]);
      expect(one(preflight, 'access-control-allow-origin')).toBe('*');
      expect(one(preflight, 'access-control-allow-methods')).toContain('GET');
      expect(one(preflight, 'access-control-allow-headers')).toContain('If-None-Match');
      expect(one(preflight, 'allow')).toBe('GET, HEAD, OPTIONS');
      const answer = await ask(['Origin: https://reader.example'], format);
      expect(one(answer, 'access-control-allow-origin')).toBe('*');
      expect(one(answer, 'access-control-expose-headers')).toMatch(/\bETag\b.*\bLink\b/);
      expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
    }
    const missing = await rawRequest(near.port, 'GET /feeds/never-was.json');
    expect([missing.status, one(missing, 'access-control-allow-origin')]).toEqual([404, '*']);
  });

  it('tells an unknown feed from one that was closed', async () => {
    await ask();
    await deleteChannel(test.ledger, channel);
    await pollUntil('closed', async () => (await ask()).status === 410, { timeoutMs: 3_000 });
    for (const [answer, status] of [
      [await ask(), 410],
      [await ask(['If-None-Match: *']), 410],
      [await rawRequest(near.port, 'GET /feeds/never-was.rss'), 404],
      [await rawRequest(near.port, 'GET /feeds/'), 404],
    ] as const) {
      expect([answer.status, one(answer, 'cache-control')]).toEqual([status, 'no-store']);
      expect(answer.headers.has('etag')).toBe(false);
    }
  });

  it('sends readers of a feed that moved to the one that takes its place, for good', async () => {
    const stored = await findChannel(test.ledger, channel);
    if (stored === undefined) throw new Error('no channel');
    const set = (settings: Record<string, unknown>) =>
      test.ledger.transaction().execute((tx) => updateChannel(tx, { ...stored, settings }));
    await set({ ...stored.settings, movedTo: 'elsewhere' });
    await pollUntil('moved', async () => (await ask()).status === 301, { timeoutMs: 3_000 });
    for (const format of FORMATS) {
      for (const [method, headers] of [
        ['GET', []],
        ['GET', ['If-None-Match: *']],
        ['HEAD', []],
      ] as const) {
        const answer = await ask(headers, format, method);
        expect([answer.status, answer.body.length]).toEqual([301, 0]);
        expect(one(answer, 'location')).toBe(`${PUBLIC_URL}${path(format, 'elsewhere')}`);
        expect(one(answer, 'cache-control')).toMatch(/\bmax-age=60\b/);
        expect(one(answer, 'access-control-allow-origin')).toBe('*');
      }
    }
    // A feed cannot send to itself.
    await set({ ...stored.settings, movedTo: channel });
    await pollUntil('there', async () => (await ask()).status === 200, { timeoutMs: 3_000 });
  });

  it('sends one body in 1,000 polls of a reader, and makes nothing for any of them', async () => {
    const accepted = { 'accept-encoding': 'gzip' };
    const first = await near.get(path(), accepted);
    const etag = first.headers.get('etag') ?? '';
    const shelf = shelfOf(near, channel);
    if (shelf?.kind !== 'feed') throw new Error('no feed in memory');
    const bytes = shelf.documents.rss.coded.made('gzip');
    expect(bytes).toBeInstanceOf(Buffer);
    const statuses = new Map<number, number>([[first.status, 1]]);
    for (let at = 1; at < 1_000; at += 1) {
      const answer = await near.get(path(), { ...accepted, 'if-none-match': etag });
      expect(await answer.text()).toBe('');
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
    expect([...statuses]).toEqual([
      [200, 1],
      [304, 999],
    ]);
    expect(shelfOf(near, channel)).toBe(shelf);
    expect(shelf.documents.rss.coded.made('gzip')).toBe(bytes);
    // Nobody asked for these.
    expect(shelf.documents.atom.coded.made('br')).toBeUndefined();
    const metric = 'newsrelay_http_request_duration_seconds_count';
    expect(await sampleOf(near, metric, ['route="/feeds/:file"', 'status="304"'])).toBeGreaterThanOrEqual(
      999,
    );
  }, 30_000);

  it("makes a new article's documents of the feeds that it belongs to, once, and of no other", async () => {
    const other = `${channel}-other`;
    await newsroom.addChannel(other, { title: '其他' });
    // Asked for until it stays: its creation may still be told of.
    const standing = (id: string) =>
      pollUntil(
        `${id} in memory`,
        async () => {
          await near.text(path('rss', id));
          return shelfOf(near, id);
        },
        { timeoutMs: 5_000 },
      );
    const [own, untouched] = [await standing(channel), await standing(other)];
    const articleId = await add('只在一处');
    const delivered = async () => (await newsroom.states(articleId, channel)).at(-1) === 'delivered';
    await pollUntil('delivered', delivered, { timeoutMs: 5_000 });
    const after = await standing(channel);
    expect(after).not.toBe(own);
    expect(shelfOf(near, other)).toBe(untouched);
    expect(await standing(channel)).toBe(after);
  });

  it('holds back who polls far too often without a condition, by the address that a trusted proxy names', async () => {
    const from = (address: string, headers: readonly string[] = [], method = 'GET', format = 'rss') =>
      ask([`X-Forwarded-For: ${address}`, ...headers], format, method, behind);
    const statuses = async (times: number, ...request: Parameters<typeof from>) => {
      const seen: number[] = [];
      for (let at = 0; at < times; at += 1) seen.push((await from(...request)).status);
      return seen;
    };
    const all = (status: number, times: number) => Array.from({ length: times }, () => status);
    expect(await statuses(5, '203.0.113.1')).toEqual(all(200, 5));
    const refused = await from('203.0.113.1');
    expect(refused.status).toBe(429);
    expect(Number(one(refused, 'retry-after'))).toBeGreaterThan(0);
    expect(Number(one(refused, 'retry-after'))).toBeLessThanOrEqual(60);
    expect(one(refused, 'cache-control')).toBe('no-store');
    expect(refused.body.toString()).toContain('If-None-Match');
    // Conditional requests never, whatever they hold; nor HEAD, nor another feed, nor another caller.
    const etag = one(await from('203.0.113.1', [], 'HEAD'), 'etag') ?? '';
    expect(await statuses(10, '203.0.113.1', [`If-None-Match: ${etag}`])).toEqual(all(304, 10));
    expect(await statuses(10, '203.0.113.1', ['If-None-Match: "old"'])).toEqual(all(200, 10));
    expect(await statuses(10, '203.0.113.1', [], 'HEAD')).toEqual(all(200, 10));
    expect(await statuses(1, '203.0.113.1', [], 'GET', 'atom')).toEqual([200]);
    expect(await statuses(1, '203.0.113.2')).toEqual([200]);
    expect((await from('203.0.113.1')).status).toBe(429);
    // Whoever is not behind a trusted proxy cannot name an address, and this machine is never held back.
    for (let at = 0; at < 70; at += 1)
      expect((await ask([`X-Forwarded-For: 203.0.113.${at % 2}`])).status).toBe(200);
    const labels = ['format="rss"', 'status="429"'];
    expect(await sampleOf(behind, 'newsrelay_feed_requests_total', labels)).toBe(2);
  });
});
