import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { request } from 'undici';
import type { Answer } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';

interface Token {
  id: string;
  name: string;
  token: string;
  lastUsedAt: string | null;
  previous: { validUntil: string; lastUsedAt: string | null } | null;
}

interface Usage {
  lastPolledAt: string | null;
  silentForSeconds: number | null;
  silent: boolean;
  readers: { name: string; token: string | null; ok: number; notModified: number; other: number }[];
  perDay: { date: string; ok: number; notModified: number; other: number }[];
  overPolling: { token: string; polls: number; full: number }[];
}

/** Within so long a revoked token is refused everywhere, milliseconds. */
const REVOKED_WITHIN = 1_000;

/** Feeds for partners, over the console and two processes of the feeds service, each on its own. */
describe('a feed for partners', () => {
  let system: NewsrelaySystem;
  let origins: string[];
  let number = 0;
  let channel: string;
  /** Every token that was made or made up here: none of them may be in a log. */
  const tokens: string[] = [];

  beforeAll(async () => {
    system = await NewsrelaySystem.start({
      servers: ['postgres'],
      services: ['feeds', 'console'],
      // Every request has its line.
      environment: { NEWSRELAY_LOG_LEVEL: 'trace' },
    });
    const beside = await system.spawnBeside('feeds');
    origins = [system.urlOf('feeds'), beside.url];
    await system.ready(['feeds', 'console']);
    await pollUntil('the second one ready', () => isReady(beside.url), { timeoutMs: 20_000 });
  }, 120_000);
  afterAll(async () => {
    await system.stop();
  }, 60_000);

  beforeEach(async () => {
    number += 1;
    channel = `partners-${number}`;
    const made = await call('POST', '/api/v1/channels', {
      id: channel,
      type: 'feed',
      name: '合作方专用',
      settings: { title: '合作方专用', access: 'token' },
    });
    expect(made.status).toBe(201);
  });

  const isReady = async (url: string) => (await get(url, '/health/ready')).status === 200;
  const call = <T = Record<string, unknown>>(method: string, path: string, json?: unknown) =>
    system.api.call<T>('console', method, path, json === undefined ? {} : { json });
  const get = async (origin: string, path: string, headers: Record<string, string> = {}) => {
    const answer = await request(origin + path, { headers });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const basic = (token: string, name = 'any') => ({
    authorization: `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`,
  });
  const feed = (ending = 'rss') => `/feeds/${channel}.${ending}`;
  /** What each process answers, at this moment. */
  const everywhere = (headers: Record<string, string>, path = feed()) =>
    Promise.all(origins.map(async (origin) => (await get(origin, path, headers)).status));
  const becomes = (wanted: number, headers: Record<string, string>, timeoutMs = REVOKED_WITHIN) =>
    pollUntil(
      `${wanted} everywhere`,
      async () => (await everywhere(headers)).every((status) => status === wanted),
      { timeoutMs, everyMs: 20 },
    );
  /** Whoever tries often enough is told to wait instead. */
  const isRefused = (headers: Record<string, string>, timeoutMs = REVOKED_WITHIN) =>
    pollUntil(
      'refused everywhere',
      async () => (await everywhere(headers)).every((status) => status === 401 || status === 429),
      { timeoutMs, everyMs: 20 },
    );

  async function makeToken(name: string, more: object = {}): Promise<Token> {
    const made = await call<Token>('POST', `/api/v1/channels/${channel}/tokens`, { name, ...more });
    expect({ status: made.status, text: made.text }).toMatchObject({ status: 201 });
    tokens.push(made.body.token);
    return made.body;
  }
  const usage = async () => (await call<Usage>('GET', `/api/v1/channels/${channel}/usage?days=2`)).body;

  it('is read with its token, however that is presented, and with the same bytes by everybody', async () => {
    const { token } = await makeToken('济宁日报');
    const other = await makeToken('北方网');
    const texts: string[] = [];
    for (const ending of ['rss', 'atom', 'json']) {
      for (const origin of origins) {
        for (const answer of [
          await get(origin, feed(ending), bearer(token)),
          await get(origin, feed(ending), basic(token)),
          await get(origin, feed(ending), basic(token, '合作：方')),
          await get(origin, feed(ending), {
            authorization: basic(token).authorization.replace('Basic', 'bASIC'),
          }),
          await get(origin, `/feeds/${token}/${channel}.${ending}`),
          await get(origin, `/feeds/%6Erf_${token.slice(4)}/${channel}.${ending}`),
          await get(origin, feed(ending), bearer(other.token)),
        ]) {
          expect(answer).toMatchObject({
            status: 200,
            headers: {
              'cache-control': 'private, max-age=60',
              vary: expect.stringContaining('Authorization') as unknown,
              'referrer-policy': 'no-referrer',
              link: expect.stringContaining(`/feeds/${channel}.${ending}>; rel="self"`) as unknown,
            },
          });
          texts.push(`${ending} ${String(answer.headers['etag'])} ${answer.text}`);
        }
      }
    }
    expect(new Set(texts).size).toBe(3);
    for (const text of texts) expect(text).not.toContain('nrf_');
    const etag = String((await get(origins[0] ?? '', feed(), bearer(token))).headers['etag']);
    expect(await everywhere({ ...basic(other.token), 'if-none-match': etag })).toEqual([304, 304]);
    const head = await request(`${origins[1]}${feed()}`, { method: 'HEAD', headers: bearer(token) });
    expect(head.statusCode).toBe(200);
  });

  it('is refused with one answer to whoever has none, a wrong one, or another feed’s', async () => {
    const { token } = await makeToken('济宁日报');
    const here = channel;
    number += 1;
    channel = `partners-${number}`;
    await call('POST', '/api/v1/channels', {
      id: channel,
      type: 'feed',
      name: '另一个',
      settings: { title: '另一个', access: 'token' },
    });
    const elsewhere = (await makeToken('济宁日报')).token;
    channel = here;
    const past = await makeToken('旧合同', { expiresAt: new Date(Date.now() + 900).toISOString() });
    expect(await everywhere(bearer(past.token))).toEqual([200, 200]);
    await isRefused(bearer(past.token), 3_000);
    const wrong = `nrf_${'x'.repeat(43)}`;
    tokens.push(wrong);
    const refused: Answer['headers'][] = [];
    const bodies = new Set<string>();
    for (const [headers, path] of [
      [bearer(wrong), feed()],
      [bearer(elsewhere), feed()],
      [bearer(past.token), feed()],
      [basic(''), feed()],
      [{}, `/feeds/${wrong}/${channel}.rss`],
      [{}, `/feeds/${elsewhere}/${channel}.rss`],
    ] as const) {
      const answer = await get(origins[0] ?? '', path, headers);
      expect([path, answer.status]).toEqual([path, 401]);
      refused.push(answer.headers);
      bodies.add(answer.text);
    }
    expect(bodies.size).toBe(1);
    refused.push((await get(origins[0] ?? '', feed())).headers);
    refused.push((await get(origins[0] ?? '', feed(), { authorization: 'Digest x' })).headers);
    for (const headers of refused)
      expect(headers).toMatchObject({
        'www-authenticate': expect.stringMatching(/^Basic realm="/) as unknown,
        'content-type': expect.stringMatching(/^application\/problem\+json/) as unknown,
        'cache-control': 'no-store',
      });
    // No token opens what is not there, and none is asked for.
    expect((await get(origins[0] ?? '', '/feeds/not-there.rss')).status).toBe(404);
    expect((await get(origins[0] ?? '', '/feeds/not-there.rss', bearer(token))).status).toBe(404);
    expect((await get(origins[0] ?? '', feed(), bearer(token))).status).toBe(200);
  });

  it('is closed to a revoked token within a second on every process', async () => {
    const kept = await makeToken('济宁日报');
    const revoked = await makeToken('北方网');
    expect(await everywhere(bearer(revoked.token))).toEqual([200, 200]);
    const path = `/api/v1/channels/${channel}/tokens/${revoked.id}`;
    expect((await call('DELETE', path)).status).toBe(204);
    await isRefused(bearer(revoked.token));
    expect(await everywhere(bearer(kept.token))).toEqual([200, 200]);
    expect((await call('DELETE', path)).status).toBe(404);
    // Its name is free again.
    const again = await makeToken('北方网');
    await becomes(200, bearer(again.token));
    // The channel goes, and its tokens with it.
    expect((await call('DELETE', `/api/v1/channels/${channel}`)).status).toBe(204);
    await becomes(410, bearer(kept.token));
    expect(await system.queryLedger('select id from feed_tokens where channel_id = $1', [channel])).toEqual(
      [],
    );
  });

  it('takes a rotated token beside the new one for as long as was said, or not at all', async () => {
    const first = await makeToken('济宁日报');
    const rotate = async (json?: object) => {
      const answer = await call<Token>('POST', `/api/v1/channels/${channel}/tokens/${first.id}/rotate`, json);
      expect(answer.status).toBe(200);
      tokens.push(answer.body.token);
      return answer.body;
    };
    const second = await rotate({ overlapHours: 0.0005 });
    expect(second).toMatchObject({ id: first.id, name: '济宁日报', previous: { lastUsedAt: null } });
    await becomes(200, bearer(second.token));
    await isRefused(bearer(first.token), 5_000);
    const third = await rotate();
    await becomes(200, bearer(third.token));
    expect(await everywhere(bearer(second.token))).toEqual([200, 200]);
    await pollUntil(
      'the old one is seen in use',
      async () => {
        const { items } = (await call<{ items: Token[] }>('GET', `/api/v1/channels/${channel}/tokens`)).body;
        return items[0]?.previous?.lastUsedAt != null && items[0].lastUsedAt !== null;
      },
      { timeoutMs: 15_000 },
    );
    const fourth = await rotate({ overlapHours: 0 });
    expect(fourth.previous).toBeNull();
    await isRefused(bearer(third.token));
    expect(await everywhere(bearer(fourth.token))).toEqual([200, 200]);
    await isRefused(bearer(second.token));
  });

  it('opens and closes with the setting, at once', async () => {
    await makeToken('济宁日报');
    expect(await everywhere({})).toEqual([401, 401]);
    expect(
      (await call('PATCH', `/api/v1/channels/${channel}`, { settings: { access: 'public' } })).status,
    ).toBe(200);
    await becomes(200, {});
    const open = await get(origins[0] ?? '', feed());
    expect(open.headers).toMatchObject({ 'cache-control': expect.stringMatching(/^public/) as unknown });
    expect(open.headers['vary']).not.toContain('Authorization');
    expect(
      (await call('PATCH', `/api/v1/channels/${channel}`, { settings: { access: 'token' } })).status,
    ).toBe(200);
    await becomes(401, {});
  });

  it('counts who reads it: by token, reader and answer, without a write in the way', async () => {
    const { token } = await makeToken('济宁日报');
    expect(await usage()).toEqual({
      lastPolledAt: null,
      silentForSeconds: null,
      silent: false,
      readers: [],
      perDay: [],
      overPolling: [],
    });
    const asReader = {
      ...basic(token),
      'user-agent': 'Mozilla/5.0 (compatible; Feedly/1.0; 16 subscribers)',
    };
    const first = await get(origins[0] ?? '', feed(), asReader);
    const etag = String(first.headers['etag']);
    for (const origin of origins) await get(origin, feed(), { ...asReader, 'if-none-match': etag });
    await get(origins[1] ?? '', feed(), { 'user-agent': 'somebody/2' });
    // Nothing of a channel that is not there is kept.
    await get(origins[1] ?? '', '/feeds/not-there.rss', { 'user-agent': 'somebody/2' });
    const counted = await pollUntil(
      'counts written down',
      async () => {
        const now = await usage();
        const total = now.perDay.reduce((sum, day) => sum + day.ok + day.notModified + day.other, 0);
        return total === 4 && now;
      },
      { timeoutMs: 15_000 },
    );
    expect(counted).toMatchObject({ silent: false, overPolling: [] });
    expect(counted.perDay).toMatchObject([{ ok: 1, notModified: 2, other: 1 }]);
    expect(counted.readers.map(({ name, token: whose, ...counts }) => [name, whose, counts])).toEqual(
      expect.arrayContaining([
        ['Feedly/1.0', '济宁日报', expect.objectContaining({ ok: 1, notModified: 2, other: 0 })],
        ['somebody/2', null, expect.objectContaining({ ok: 0, notModified: 0, other: 1 })],
      ]),
    );
    expect(Date.parse(counted.lastPolledAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    const kept = await system.queryLedger('select * from feed_polls where channel_id = $1', [channel]);
    expect(JSON.stringify(kept)).not.toContain('127.0.0.1');
  });

  it('shows a token once, keeps its hash alone, and writes down who made and took it', async () => {
    const made = await makeToken('济宁日报');
    expect(made.token).toMatch(/^nrf_[\w-]{43}$/);
    const listed = await call<{ items: Token[] }>('GET', `/api/v1/channels/${channel}/tokens`);
    expect(listed.text).not.toContain(made.token);
    expect(listed.body.items).toMatchObject([{ id: made.id, token: `nrf_…${made.token.slice(-4)}` }]);
    const rows = await system.queryLedger<{ row: string }>(
      "select to_jsonb(t)::text || encode(token_hash, 'escape') as row from feed_tokens t where channel_id = $1",
      [channel],
    );
    expect(rows[0]?.row).not.toContain(made.token.slice(4));
    await call('DELETE', `/api/v1/channels/${channel}/tokens/${made.id}`);
    const audit = await call<{ items: { action: string; detail: object }[] }>(
      'GET',
      `/api/v1/audit?subject=${channel}`,
    );
    expect(audit.body.items.map(({ action, detail }) => [action, detail])).toEqual([
      ['feed-token.revoke', { token: made.id, name: '济宁日报' }],
      ['feed-token.create', { token: made.id, name: '济宁日报' }],
      ['channel.create', expect.anything()],
    ]);
    expect(audit.text).not.toContain('nrf_');
  });

  it.each([
    ['a name that is taken', { name: '济宁日报' }, 409, '/name'],
    ['no name', {}, 422, '/name'],
    ['a direction character', { name: '济\u202e宁' }, 422, '/name'],
    ['an end without a zone', { name: 'a', expiresAt: '2030-01-01T00:00:00' }, 422, '/expiresAt'],
    ['an end that is past', { name: 'a', expiresAt: '2020-01-01T00:00:00Z' }, 422, '/expiresAt'],
    ['an unknown field', { name: 'a', hash: 'x' }, 422, ''],
  ])('refuses %s for a token', async (_what, input, status, path) => {
    await makeToken('济宁日报');
    const answer = await call('POST', `/api/v1/channels/${channel}/tokens`, input);
    expect(answer.status).toBe(status);
    expect(answer.body['errors']).toMatchObject([{ path: expect.stringContaining(path) as unknown }]);
  });

  it('has tokens and figures only where something is fetched', async () => {
    for (const id of ['not-there', `hook-${channel}`]) {
      if (id !== 'not-there') {
        const made = await call('POST', '/api/v1/channels', {
          id,
          type: 'webhook',
          name: 'hook',
          settings: { url: 'https://127.0.0.1/' },
        });
        expect(made.status).toBe(201);
      }
      for (const [method, path] of [
        ['GET', 'tokens'],
        ['POST', 'tokens'],
        ['GET', 'usage'],
      ] as const) {
        const json = method === 'POST' ? { name: 'a' } : undefined;
        expect([path, (await call(method, `/api/v1/channels/${id}/${path}`, json)).status]).toEqual([
          path,
          404,
        ]);
      }
    }
    expect((await call('GET', `/api/v1/channels/${channel}/usage?days=0`)).status).toBe(422);
  });

  it('holds up whoever sends wrong tokens again and again, and nobody who has a right one', async () => {
    const { token } = await makeToken('济宁日报');
    const wrong = `nrf_${'y'.repeat(43)}`;
    tokens.push(wrong);
    const statuses: number[] = [];
    let last: Answer['headers'] = {};
    for (let sent = 0; sent < 25; sent += 1) {
      const answer = await get(origins[1] ?? '', feed(), bearer(wrong));
      statuses.push(answer.status);
      last = answer.headers;
    }
    expect(statuses.at(-1)).toBe(429);
    expect(Number(last['retry-after'])).toBeGreaterThan(0);
    expect((await get(origins[1] ?? '', feed(), bearer(token))).status).toBe(200);
    // Asking for the challenge is no guess.
    expect((await get(origins[1] ?? '', feed())).status).toBe(401);
  });

  it('and no token is in any line of a log', async () => {
    const origin = origins[0] ?? '';
    const { token } = await makeToken('济宁日报');
    // Where a token may be put by mistake too.
    for (const path of [
      `/feeds/${token}`,
      `/feeds/${token}.rss`,
      `/feeds/x/${token}/${channel}.rss`,
      `/feeds/${channel}.rss?token=${token}`,
      `/articles/${token}`,
      `/feeds/%6erf_${token.slice(4)}/nothing/here`,
    ])
      expect(
        (await get(origin, path, { referer: `https://a.example/feeds/${token}/x.rss` })).status,
      ).toBeGreaterThan(399);
    await get(origin, feed(), { ...basic(token), 'user-agent': `curl ${token}` });
    await pollUntil('counted', async () => (await usage()).readers.length > 0, { timeoutMs: 15_000 });
    const kept = await system.queryLedger<{ reader: string }>('select distinct reader from feed_polls');
    expect(kept.map(({ reader }) => reader).join()).not.toContain(token.slice(4));
    // What cannot be answered is logged with its address.
    await system.server('postgres').stop();
    for (const path of [`/feeds/${token}/${channel}.rss?a`, `${feed()}?token=${token}`]) {
      await pollUntil('503', async () => (await get(origin, path)).status === 503, { timeoutMs: 10_000 });
      // One line a second of the same.
      await delay(1_100);
    }
    const log = () =>
      (['feeds', 'console'] as const).map((name) => readFileSync(system.logOf(name), 'utf8')).join('');
    await pollUntil(
      'both in the log',
      () => Promise.resolve([`"${feed()}?a"`, `"${feed()}?token=nrf_…"`].every((url) => log().includes(url))),
      { timeoutMs: 10_000 },
    );
    const logged = log();
    expect(tokens.length).toBeGreaterThan(10);
    for (const each of tokens) {
      expect(logged).not.toContain(each.slice(4));
      expect(logged).not.toContain(Buffer.from(`any:${each}`).toString('base64'));
    }
  });
});
