import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { articleOfBytes, sampleArticle } from './harness/sample-article.js';

const MIB = 1024 * 1024;

interface ProblemBody {
  title: string;
  status: number;
  detail: string;
  errors?: { path: string; message: string }[];
}

describe('bad input', () => {
  let system: NewsrelaySystem;

  beforeAll(async () => {
    system = await NewsrelaySystem.start({ services: ['ingest', 'transform', 'publish', 'console'] });
  }, 120_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  async function send(
    method: string,
    path: string,
    options: Parameters<NewsrelaySystem['api']['call']>[3] = {},
  ): Promise<Answer<ProblemBody>> {
    const service = /^\/api\/v1\/(channel|deliver|status|queue)/.test(path) ? 'console' : 'ingest';
    return system.api.call<ProblemBody>(service, method, path, options);
  }

  it('answers an address that cannot be decoded with problem details', async () => {
    const answer = await send('GET', '/api/v1/articles/%E0%A4%A');
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: 400, title: 'Bad request' });
  });

  async function storedArticles(): Promise<number> {
    const answer = await system.api.call<{ items: unknown[] }>('ingest', 'GET', '/api/v1/articles?limit=500');
    return answer.body.items.length;
  }

  async function storedChannels(): Promise<number> {
    const answer = await system.api.call<{ items: unknown[] }>(
      'console',
      'GET',
      '/api/v1/channels?limit=500',
    );
    return answer.body.items.length;
  }

  function expectProblem(answer: Answer<ProblemBody>, status: number, paths?: readonly string[]): void {
    expect({ status: answer.status, body: answer.text }).toEqual({ status, body: expect.any(String) });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body.status).toBe(status);
    expect(answer.body.title).toEqual(expect.stringMatching(/\S/));
    expect(answer.body.detail).toEqual(expect.stringMatching(/\S/));
    if (paths !== undefined) {
      expect(answer.body.errors?.map(({ path }) => path).sort()).toEqual([...paths].sort());
      for (const { message } of answer.body.errors ?? [])
        expect(message).toEqual(expect.stringMatching(/\S/));
    }
  }

  describe('of POST /api/v1/articles', () => {
    let before: number;
    beforeEach(async () => {
      before = await storedArticles();
    });

    async function expectRefused(article: unknown, ...paths: string[]): Promise<void> {
      expectProblem(await send('POST', '/api/v1/articles', { json: article }), 422, paths);
      expect(await storedArticles()).toBe(before);
    }

    it.each([
      ['at the top', { titel: 'x' }, ['/titel']],
      ['two of them', { a: 1, b: 2 }, ['/a', '/b']],
      ['with a slash and a tilde', { 'a/b~c': 1 }, ['/a~1b~0c']],
      ['with an empty name', { '': 1 }, ['/']],
      ['named like a prototype member', { constructor: 1, toString: 2 }, ['/constructor', '/toString']],
      [
        'in a byline',
        { bylines: [{ role: '记者', name: '曹俐', 'e/mail~': 'x' }] },
        ['/bylines/0/e~1mail~0'],
      ],
      [
        'in media',
        { media: [{ url: 'https://x.example/a.jpg', type: 'image/jpeg', alt_text: '' }] },
        ['/media/0/alt_text'],
      ],
      ['what only reading shows', { id: randomUUID(), version: 1 }, ['/id', '/version']],
    ])('refuses an unknown field by name: %s', async (_name, fields, paths) => {
      await expectRefused(sampleArticle(fields), ...paths);
    });

    it('refuses HTML that nobody writes at once, and goes on', async () => {
      for (const piece of ['<b>', '<div>', '<b><p>', '<svg>', '<math><mi>']) {
        const bodyHtml = piece.repeat(Math.floor(600_000 / piece.length)) + 'x';
        const slowly = delay(20_000, 'slowly', { ref: false });
        const refused = await Promise.race([
          expectRefused(sampleArticle({ body: undefined, bodyHtml }), '/bodyHtml'),
          slowly,
        ]);
        expect({ piece, refused }).toEqual({ piece, refused: undefined });
      }
    });

    it('refuses a field named __proto__', async () => {
      const text = JSON.stringify(sampleArticle()).replace('{', '{"__proto__":{"headline":"x"},');
      expectProblem(await send('POST', '/api/v1/articles', { body: text }), 422, ['/__proto__']);
      expect(await storedArticles()).toBe(before);
    });

    it.each([
      ['headline', 5, '/headline'],
      ['headline', null, '/headline'],
      ['headline', ' \u0000 ', '/headline'],
      ['headline', '题'.repeat(301), '/headline'],
      ['source', '', '/source'],
      ['sourceId', 'x'.repeat(201), '/sourceId'],
      ['body', 'one string', '/body'],
      ['body', ['a', 1], '/body/1'],
      ['body', [], '/body'],
      ['body', ['  '], '/body'],
      ['bodyHtml', 7, '/bodyHtml'],
      ['bylines', [{ role: '记者' }], '/bylines/0/name'],
      ['bylines', [{ role: 1, name: 'x' }], '/bylines/0/role'],
      ['media', [{ url: 'javascript:alert(1)', type: 'image/jpeg' }], '/media/0/url'],
      ['media', [{ url: 'data:image/png;base64,AA', type: 'image/png' }], '/media/0/url'],
      ['media', [{ url: 'https://x.example/a', type: 'text/html' }], '/media/0/type'],
      ['sections', '要闻', '/sections'],
      ['keywords', [null], '/keywords/0'],
      ['language', 'chinese language', '/language'],
      ['url', 'ftp://x.example/', '/url'],
      ['url', 'not a url', '/url'],
      ['publishedAt', '2025-01-03', '/publishedAt'],
      ['publishedAt', '2025-01-03T00:00:00', '/publishedAt'],
      ['publishedAt', '2025-02-30T00:00:00Z', '/publishedAt'],
      ['publishedAt', 1735833600, '/publishedAt'],
      ['publishedAt', null, '/publishedAt'],
      ['embargoUntil', 'tomorrow', '/embargoUntil'],
    ])('refuses %s = %j', async (field, value, path) => {
      await expectRefused(sampleArticle({ [field]: value }), path);
    });

    it('names every missing field at once', async () => {
      const answer = await send('POST', '/api/v1/articles', { json: {} });
      expectProblem(answer, 422);
      const paths = answer.body.errors?.map(({ path }) => path);
      expect(paths).toEqual(expect.arrayContaining(['/source', '/sourceId', '/headline']));
      await expectRefused({ source: 'a', sourceId: randomUUID(), headline: 'x' }, '/body');
      expect(await storedArticles()).toBe(before);
    });

    it.each(['null', '[]', '"text"', '1', ''])('refuses the body %j', async (body) => {
      expectProblem(await send('POST', '/api/v1/articles', { body }), 422);
      expect(await storedArticles()).toBe(before);
    });

    it.each(['{', '{"a":1,}', "{'a':1}", '{"a":NaN}', '\u0000', '<html>'])(
      'answers 400 to the malformed JSON %j',
      async (body) => {
        expectProblem(await send('POST', '/api/v1/articles', { body }), 400);
        expect(await storedArticles()).toBe(before);
      },
    );

    it('answers 400 to bytes that are no UTF-8', async () => {
      const [head, tail] = JSON.stringify(sampleArticle({ headline: 'HERE' })).split('HERE');
      for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xb9, 0xfa]]) {
        const body = Buffer.concat([Buffer.from(head ?? ''), Buffer.from(bytes), Buffer.from(tail ?? '')]);
        expectProblem(await send('POST', '/api/v1/articles', { body }), 400);
      }
      expect(await storedArticles()).toBe(before);
    });

    it('answers 415 to another media type or charset', async () => {
      const body = JSON.stringify(sampleArticle());
      for (const type of [
        'text/plain',
        'text/html',
        'application/xml',
        'multipart/form-data; boundary=x',
        'application/x-www-form-urlencoded',
        'application/json; charset=gb18030',
      ]) {
        expectProblem(await send('POST', '/api/v1/articles', { body, type }), 415);
      }
      expect(await storedArticles()).toBe(before);
    });

    it('answers 415 to a media type of another call, and to a body that is packed', async () => {
      const body = JSON.stringify(sampleArticle());
      const [ninjs, patch] = ['application/vnd.iptc.ninjs+json', 'application/merge-patch+json'];
      expectProblem(await send('POST', '/api/v1/articles', { body, type: patch }), 415);
      expectProblem(await send('PUT', `/api/v1/articles/${randomUUID()}`, { body, type: ninjs }), 415);
      for (const encoding of ['gzip', 'br', 'identity, gzip', 'x'])
        expectProblem(
          await send('POST', '/api/v1/articles', {
            body: gzipSync(body),
            headers: { 'content-encoding': encoding },
          }),
          415,
        );
      expect(await storedArticles()).toBe(before);
      const plain = await send('POST', '/api/v1/articles', {
        body,
        headers: { 'content-encoding': 'identity' },
      });
      expect(plain.status).toBe(202);
    });

    it('takes 1 MiB exactly and answers 413 to one byte more', async () => {
      const fits = await send('POST', '/api/v1/articles', { body: articleOfBytes(MIB) });
      expect(fits.status).toBe(202);
      expectProblem(await send('POST', '/api/v1/articles', { body: articleOfBytes(MIB + 1) }), 413);
      expect(await storedArticles()).toBe(before + 1);
    });

    it('answers 413 to a sender that is still writing', async () => {
      for (const bytes of [5 * MIB, 20 * MIB])
        expectProblem(await send('POST', '/api/v1/articles', { body: 'x'.repeat(bytes) }), 413);
      const chunked = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let chunk = 0; chunk < 64; chunk += 1)
            controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
          controller.close();
        },
      });
      const answer = await fetch(`${system.urlOf('ingest')}/api/v1/articles`, {
        method: 'POST',
        headers: { authorization: `Bearer ${system.adminKey}`, 'content-type': 'application/json' },
        body: chunked,
        duplex: 'half',
      });
      expect(answer.status).toBe(413);
      expect(await storedArticles()).toBe(before);
    });

    it('trims, and drops control characters and lone surrogates', async () => {
      const text = JSON.stringify(sampleArticle({ headline: 'HERE', kicker: ' \t ' })).replace(
        'HERE',
        ' \\u0000工会\\u0007送\\ud800温暖\\u009f ',
      );
      const taken = await system.api.call<{ id: string }>('ingest', 'POST', '/api/v1/articles', {
        body: text,
      });
      expect(taken.status).toBe(202);
      const read = await system.api.call('ingest', 'GET', `/api/v1/articles/${taken.body.id}`);
      expect(read.body).toMatchObject({ headline: '工会送温暖', kicker: null });
    });

    it('survives JSON nested a hundred thousand deep', async () => {
      const deep = `{"source":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;
      const answer = await send('POST', '/api/v1/articles', { body: deep });
      expect([400, 422]).toContain(answer.status);
      expectProblem(answer, answer.status);
      expect(await storedArticles()).toBe(before);
    });

    it('refuses unknown query parameters by name', async () => {
      expectProblem(await send('POST', '/api/v1/articles?dryRun=1', { json: sampleArticle() }), 422, [
        '/dryRun',
      ]);
      expect(await storedArticles()).toBe(before);
    });
  });

  describe('of channels', () => {
    let before: number;
    beforeEach(async () => {
      before = await storedChannels();
    });
    const webhook = (fields: object = {}) => ({
      id: `bad-${randomUUID()}`,
      type: 'webhook',
      name: 'Bad',
      settings: { url: 'http://127.0.0.1:9/' },
      ...fields,
    });

    it.each<[string, unknown, string]>([
      ['id', 'Upper', '/id'],
      ['id', '-x', '/id'],
      ['id', 'x'.repeat(64), '/id'],
      ['id', 'a\n', '/id'],
      ['type', 'fax', '/type'],
      ['name', '', '/name'],
      ['enabled', 'yes', '/enabled'],
      ['filter', { section: [] }, '/filter/section'],
      ['filter', { sections: '要闻' }, '/filter/sections'],
      ['settings', {}, '/settings/url'],
      ['settings', { url: 'http://127.0.0.1:9/', retries: 3 }, '/settings/retries'],
      ['settings', { url: 'not a url' }, '/settings/url'],
      ['settings', { url: 'ftp://127.0.0.1/' }, '/settings/url'],
      ['secrets', { signingSecret: 'short' }, '/secrets/signingSecret'],
      ['secrets', { signingSecret: 'whsec_QUJD' }, '/secrets/signingSecret'],
      ['secrets', { signingSecret: '********' }, '/secrets/signingSecret'],
      ['secrets', { 'a/b~': 'x' }, '/secrets/a~1b~0'],
      ['paused', null, '/paused'],
    ])('refuses %s = %j', async (field, value, path) => {
      expectProblem(await send('POST', '/api/v1/channels', { json: webhook({ [field]: value }) }), 422, [
        path,
      ]);
      expect(await storedChannels()).toBe(before);
    });

    it.each([
      'http://10.0.0.1/',
      'https://10.0.0.1/',
      'https://192.168.1.1/hook',
      'https://172.16.0.1:8443/',
      'https://169.254.169.254/latest/meta-data',
      'https://100.64.0.1/',
      'https://0.0.0.0/',
      'https://0/',
      'https://167772161/',
      'https://0xa000001/',
      'https://0xa.0.0.1/',
      'https://012.0.0.1/',
      'https://10.1/',
      'https://１０．０．０．１/',
      'https://10。0。0。1/',
      'https://[::1]/',
      'https://[::]/',
      'https://[::ffff:10.0.0.1]/',
      'https://[::ffff:a00:1]/',
      'https://[::10.0.0.1]/',
      'https://[64:ff9b::10.0.0.1]/',
      'https://[fe80::1]/',
      'https://[fe80::1%25eth0]/',
      'https://[fc00::1]/',
      'https://[2002:a00:1::]/',
      'https://224.0.0.1/',
      'https://255.255.255.255/',
      'http://93.184.216.34/',
      'https://93.184.216.34:22/',
      'https://user:secret@93.184.216.34/',
      'https://10.0.0.1./',
      'HTTPS://10.0.0.1/',
    ])('refuses the address %s', async (url) => {
      expectProblem(await send('POST', '/api/v1/channels', { json: webhook({ settings: { url } }) }), 422, [
        '/settings/url',
      ]);
      expect(await storedChannels()).toBe(before);
    });

    it('refuses a private address in a PATCH and keeps the old one', async () => {
      const channel = webhook();
      expect((await send('POST', '/api/v1/channels', { json: channel })).status).toBe(201);
      const path = `/api/v1/channels/${channel.id}`;
      expectProblem(await send('PATCH', path, { json: { settings: { url: 'https://10.0.0.1/' } } }), 422, [
        '/settings/url',
      ]);
      expectProblem(await send('PATCH', path, { json: { setings: {} } }), 422, ['/setings']);
      expectProblem(await send('PATCH', path, { json: { id: 'other' } }), 422, ['/id']);
      expectProblem(await send('PATCH', path, { json: { type: 'feed' } }), 422, ['/type']);
      expectProblem(await send('PATCH', path, { json: { name: null } }), 422, ['/name']);
      for (const body of ['[]', '"x"', 'null', '']) expectProblem(await send('PATCH', path, { body }), 422);
      const read = await system.api.call('console', 'GET', path);
      expect(read.body).toMatchObject({ name: 'Bad', settings: channel.settings });
    });

    it('answers a client error, never its own, to a URL that no database could keep', async () => {
      for (const spelling of ['\\u0000', '\\ud800']) {
        const text = JSON.stringify(webhook({ settings: { url: 'http://127.0.0.1:9/HERE' } }));
        const answer = await send('POST', '/api/v1/channels', { body: text.replace('HERE', spelling) });
        expect([201, 422]).toContain(answer.status);
      }
    });

    it('survives a patch nested a hundred thousand deep', async () => {
      const channel = webhook();
      expect((await send('POST', '/api/v1/channels', { json: channel })).status).toBe(201);
      const deep = `${'{"settings":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
      const answer = await send('PATCH', `/api/v1/channels/${channel.id}`, { body: deep });
      expect([400, 422]).toContain(answer.status);
      expectProblem(answer, answer.status);
    });
  });

  describe('of addresses and methods', () => {
    it('answers 404 to what is not there', async () => {
      const id = randomUUID();
      for (const [method, path] of [
        ['GET', '/api/v1/nothing'],
        ['GET', '/api/v2/articles'],
        ['GET', `/api/v1/articles/${id}`],
        ['GET', '/api/v1/articles/no-uuid'],
        ['GET', `/api/v1/articles/${id}/versions/1`],
        ['POST', `/api/v1/articles/${id}/approve`],
        ['POST', `/api/v1/articles/${id}/discard`],
        ['POST', `/api/v1/articles/${id}/withdraw`],
        ['GET', '/api/v1/deliveries/dlv_nothing'],
        ['POST', '/api/v1/deliveries/dlv_nothing/retry'],
        ['GET', '/api/v1/channels/nothing'],
        ['DELETE', '/api/v1/channels/nothing'],
        ['PATCH', '/api/v1/channels/nothing'],
        ['POST', '/api/v1/channels/nothing/pause'],
        ['POST', '/api/v1/channels/nothing/resume'],
        ['POST', '/api/v1/channels/nothing/test'],
      ] as const) {
        const json = method === 'GET' || method === 'DELETE' ? {} : { json: bodyFor(path) };
        const answer = await send(method, path, json);
        expect(`${method} ${path}: ${answer.status}`).toBe(`${method} ${path}: 404`);
        expectProblem(answer, 404);
      }
      expect((await system.api.call('console', 'GET', `/api/v1/articles/${id}/deliveries`)).status).toBe(404);
      expect(
        (await send('PUT', `/api/v1/articles/${id}`, { json: { headline: 'x', body: ['y'] } })).status,
      ).toBe(404);
    });

    function bodyFor(path: string): object {
      if (path.endsWith('/approve') || path.endsWith('/discard')) return { version: 1 };
      return path.endsWith('/withdraw') ? { reason: 'x' } : {};
    }

    it.each([
      ['DELETE', '/api/v1/articles', ['GET', 'POST']],
      ['PATCH', `/api/v1/articles/${randomUUID()}`, ['GET', 'PUT']],
      ['GET', `/api/v1/articles/${randomUUID()}/approve`, ['POST']],
      ['GET', '/api/v1/pages', ['POST']],
      ['PUT', '/api/v1/channels', ['GET', 'POST']],
      ['POST', '/api/v1/channels/x', ['DELETE', 'GET', 'PATCH']],
      ['GET', '/api/v1/deliveries/x/retry', ['POST']],
      ['DELETE', '/api/v1/%61rticles', ['GET', 'POST']],
      ['OPTIONS', '/api/v1/articles', ['GET', 'POST']],
    ])('answers 405 with Allow to %s %s', async (method, path, allowed) => {
      const answer = await send(method, path);
      expectProblem(answer, 405);
      const allow = String(answer.headers['allow']).split(', ');
      expect(allow.filter((name) => name !== 'HEAD').sort()).toEqual(allowed);
    });

    it('asks for the key before anything else', async () => {
      for (const key of [null, 'wrong', '', system.adminKey.slice(0, -1), `${system.adminKey}x`]) {
        for (const [method, path, options] of [
          ['GET', '/api/v1/articles', {}],
          ['GET', '/%61pi/v1/articles', {}],
          ['GET', '/%61pi/v1/nothing', {}],
          ['GET', '/api', {}],
          ['GET', '/api/v1/articles?limit=501', {}],
          ['DELETE', '/api/v1/articles', {}],
          ['POST', '/api/v1/articles', { body: '{' }],
          ['POST', '/api/v1/articles', { body: 'x', type: 'text/html' }],
          ['POST', '/api/v1/articles', { body: 'x'.repeat(2 * MIB) }],
          ['GET', '/metrics', {}],
          ['GET', '/%6detrics', {}],
          ['GET', '/api/v1/channels', {}],
        ] as const) {
          const answer = await send(method, path, { ...options, key });
          expect(`${String(key)} ${method} ${path}: ${answer.status}`).toBe(
            `${String(key)} ${method} ${path}: 401`,
          );
          expectProblem(answer, 401);
          expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
        }
      }
      for (const authorization of [
        `Basic ${system.adminKey}`,
        system.adminKey,
        `Bearer ${system.adminKey} x`,
      ])
        expect(
          (await send('GET', '/api/v1/articles', { key: null, headers: { authorization } })).status,
        ).toBe(401);
      expect((await send('GET', '/metrics')).status).toBe(200);
      expect((await send('GET', '/health/live', { key: null })).status).toBe(200);
    });

    it('asks every process for the key of /metrics', async () => {
      for (const service of ['ingest', 'console', 'transform', 'publish'] as const) {
        const open = await fetch(`${system.urlOf(service)}/metrics`);
        expect(`${service}: ${open.status}`).toBe(`${service}: 401`);
      }
    });

    it('answers problem details to what is not HTTP, and to what is longer than any name', async () => {
      const { hostname, port } = new URL(system.urlOf('ingest'));
      const answerTo = async (text: string) => {
        const socket = connect(Number(port), hostname);
        socket.write(text);
        const chunks: Buffer[] = [];
        for await (const chunk of socket) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks).toString();
      };
      for (const [request, status] of [
        ['FOO / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
        ['not http at all\r\n\r\n', 400],
        [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
      ] as const) {
        const answer = await answerTo(request);
        const [head = '', body = ''] = answer.split('\r\n\r\n');
        expect(head).toMatch(
          new RegExp(`^HTTP/1.1 ${status} [^]*\r\nContent-Type: application/problem\\+json\r\n`),
        );
        expect(JSON.parse(body)).toMatchObject({ status, type: 'about:blank' });
      }
      expectProblem(await send('GET', `/api/v1/articles/${'x'.repeat(5_000)}`), 404);
    });

    it('answers a client error to NUL and broken percent signs anywhere', async () => {
      for (const path of [
        '/api/v1/articles?q=%00',
        '/api/v1/articles?source=%00',
        '/api/v1/articles?section=%00',
        '/api/v1/articles?q=%ff',
        '/api/v1/articles/%00',
        '/api/v1/articles/%zz',
        '/api/v1/channels/%00',
        '/api/v1/channels/%ff',
        '/api/v1/deliveries?channel=%00',
        '/api/v1/deliveries/%00',
      ]) {
        const answer = await send('GET', path);
        expect(`${path}: ${answer.status}`).toMatch(/: (200|400|404|422)$/);
      }
      expect((await send('POST', '/api/v1/deliveries/%00/retry')).status).toBe(400);
      expect((await send('DELETE', '/api/v1/channels/%00')).status).toBe(400);
      expect((await send('POST', '/api/v1/channels/%00/pause')).status).toBe(400);
    });
  });

  describe('of lists', () => {
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

    it.each(['/api/v1/articles', '/api/v1/channels', '/api/v1/deliveries'])(
      'answers 422 to a bad limit and 400 to a bad cursor of %s',
      async (path) => {
        for (const limit of ['501', '0', '-1', '1.5', 'many', '', '1&limit=2'])
          expectProblem(await send('GET', `${path}?limit=${limit}`), 422, ['/limit']);
        for (const cursor of [
          'x',
          '',
          '%00',
          encoded({}),
          encoded({ createdAt: '2025-01-01T00:00:00.000Z', id: 'x\u0000' }),
          encoded({ createdAt: '2025-99-99T99:99:99Z', id: randomUUID() }),
          encoded({ createdAt: '2025-02-30T00:00:00.000Z', id: randomUUID() }),
          encoded({ createdAt: '2025-01-01T1:1:1Z', id: randomUUID() }),
          encoded([1]),
        ])
          expectProblem(await send('GET', `${path}?cursor=${cursor}`), 400);
        expect((await send('GET', `${path}?limit=500`)).status).toBe(200);
      },
    );

    it('answers 400 to the cursor of another list', async () => {
      const cursor = encoded({ createdAt: '2025-01-01T00:00:00.000Z', id: 'some-channel' });
      expectProblem(await send('GET', `/api/v1/articles?cursor=${cursor}`), 400);
    });

    it.each([
      ['/api/v1/articles?state=open', '/state'],
      ['/api/v1/articles?since=yesterday', '/since'],
      ['/api/v1/articles?until=2025-01-01', '/until'],
      ['/api/v1/articles?page=2', '/page'],
      ['/api/v1/deliveries?state=sent', '/state'],
      ['/api/v1/deliveries?article=x', '/article'],
      ['/api/v1/deliveries?since=1', '/since'],
    ])('answers 422 to %s', async (path, field) => {
      expectProblem(await send('GET', path), 422, [field]);
    });

    it('takes any instant that the calendar has', async () => {
      for (const instant of [
        '0001-01-01T00:00:00Z',
        '9999-12-31T23:59:59-12:00',
        '2024-02-29T23:59:59.999999+08:00',
      ])
        expect((await send('GET', `/api/v1/articles?since=${encodeURIComponent(instant)}`)).status).toBe(200);
    });
  });

  it('goes on after all of this', async () => {
    expect((await system.api.post(sampleArticle())).status).toBe(202);
  });
});
