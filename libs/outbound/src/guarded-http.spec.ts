import { createServer as createTlsHttpServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { OutboundFailure } from '@newsrelay/channel-kit/outbound-http';
import { USER_AGENT } from './guarded-http.js';
import { cert, client, endings, failureOf, key, listen, post, receiver, until } from './test-outlets.js';

describe('a request', () => {
  it('arrives as given and its answer comes back', async () => {
    const outlet = await receiver((_request, response) => {
      response.writeHead(201, [
        ['X-Twice', 'first'],
        ['X-Twice', 'second'],
        ['Location', '/x'],
      ] as never);
      response.end('好的');
    });
    const answer = await post(client(), outlet.url + '?a=1');
    expect(answer).toMatchObject({
      status: 201,
      headers: { 'x-twice': 'first', location: '/x' },
      bodyExcerpt: '好的',
    });
    const [request] = outlet.seen.requests;
    expect(request?.url).toBe('/hook?a=1');
    expect(request?.headers).toMatchObject({
      'user-agent': USER_AGENT,
      'accept-encoding': 'identity',
      'content-type': 'text/plain',
      'content-length': '6',
    });
    expect(outlet.seen.bodies).toEqual(['正文']);
  });

  it('does not follow a redirect', async () => {
    const outlet = await receiver((_request, response) => {
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    });
    expect(await post(client(), outlet.url)).toMatchObject({ status: 307 });
    expect(outlet.seen.requests).toHaveLength(1);
  });

  it('keeps sockets for later requests and caps them per origin', async () => {
    const outlet = await receiver((_request, response) => {
      setTimeout(() => response.end(), 10);
    });
    const http = client({ socketsPerOrigin: 2 });
    await Promise.all(Array.from({ length: 12 }, () => post(http, outlet.url)));
    await post(http, outlet.url);
    expect(outlet.seen.requests).toHaveLength(13);
    expect(outlet.seen.connections).toBe(2);
  });

  it('shows bytes that are no UTF-8 as text the ledger can keep', async () => {
    const outlet = await receiver((_request, response) => {
      response.end(Buffer.from([0x61, 0x00, 0xff, 0xfe, 0x62]));
    });
    expect((await post(client(), outlet.url)).bodyExcerpt).toBe('a\uFFFD\uFFFD\uFFFDb');
  });

  it('rejects a header that is none as a bug, not as a failure of the outlet', async () => {
    const bound = client().bind({
      signal: new AbortController().signal,
      deadlineMs: 1000,
      beforeFirstByte: () => undefined,
    });
    const request = bound.request({ method: 'GET', url: 'http://127.0.0.1:1/', headers: { a: 'x\r\ny: z' } });
    await expect(request).rejects.toThrow('invalid a header');
    await expect(request).rejects.not.toBeInstanceOf(OutboundFailure);
  });
});

describe('the rules of targets', () => {
  it('refuse a literal address before any connection', async () => {
    const outlet = await receiver((_request, response) => response.end());
    const asked: string[] = [];
    const http = client({ allowTargets: [] });
    const attempt = { beforeFirstByte: () => asked.push('asked') };
    for (const host of ['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', 'localhost']) {
      const failure = await failureOf(post(http, `http://${host}:${outlet.port}/`, attempt));
      expect(failure).toMatchObject({ kind: 'refused-target', sent: false });
    }
    expect(outlet.seen.connections).toBe(0);
    expect(asked).toEqual([]);
  });

  it('hold for what a name resolves to, whatever it resolved to before', async () => {
    const outlet = await receiver((_request, response) => response.end());
    const answers = [['8.8.8.8'], ['127.0.0.1']];
    const http = client({ allowTargets: [], resolveName: () => Promise.resolve(answers.shift() ?? []) });
    const url = `https://rebinding.example:8443/`;
    expect(await http.resolveTarget(url)).toBeNull();
    const failure = await failureOf(post(http, url));
    expect(failure).toMatchObject({ kind: 'refused-target', sent: false });
    expect(failure.message).toContain('127.0.0.1, which is loopback');
    expect(outlet.seen.connections).toBe(0);
  });

  it('pin the address that was checked: one resolution, and the socket goes there', async () => {
    const allowed = await receiver((_request, response) => response.writeHead(204).end());
    const forbidden = await receiver((_request, response) => response.end(), '127.0.0.2', allowed.port);
    let asked = 0;
    const resolveName = (host: string) => {
      asked += 1;
      expect(host).toBe('rebinding.example');
      return Promise.resolve(asked === 1 ? ['127.0.0.1'] : ['127.0.0.2']);
    };
    const http = client({ allowTargets: ['127.0.0.1/32'], resolveName });
    const url = `http://rebinding.example:${allowed.port}/`;
    expect(await post(http, url)).toMatchObject({ status: 204 });
    expect(asked).toBe(1);

    for (const request of allowed.seen.requests) request.socket.destroy();
    // The pooled socket is gone: the next one is judged anew.
    await until(
      () => allowed.seen.requests.every((request) => request.socket.destroyed),
      'the socket closing',
    );
    const failure = await failureOf(post(http, url));
    expect(failure).toMatchObject({ kind: 'refused-target', sent: false });
    expect(forbidden.seen.connections).toBe(0);
  });

  it('use the allowed ones of several addresses alone', async () => {
    const allowed = await receiver((_request, response) => response.end('allowed'));
    const forbidden = await receiver(
      (_request, response) => response.end('forbidden'),
      '127.0.0.2',
      allowed.port,
    );
    const http = client({
      allowTargets: ['127.0.0.1'],
      resolveName: () => Promise.resolve(['127.0.0.2', '::1', '127.0.0.1']),
    });
    expect(await post(http, `http://partner.example:${allowed.port}/`)).toMatchObject({
      bodyExcerpt: 'allowed',
    });
    expect(forbidden.seen.connections).toBe(0);
  });

  it('ask for the allow list where a name is called by http', async () => {
    const http = client({ resolveName: () => Promise.resolve(['8.8.8.8']) });
    const failure = await failureOf(post(http, 'http://partner.example/'));
    expect(failure).toMatchObject({ kind: 'refused-target', sent: false });
    expect(failure.message).toContain('only https');
  });
});

describe('resolveTarget', () => {
  const resolveName = (host: string) =>
    host === 'unknown.example'
      ? Promise.reject(new Error('ENOTFOUND'))
      : Promise.resolve(host === 'inner.example' ? ['10.0.0.1', 'fd00::1'] : ['10.0.0.1', '8.8.8.8']);

  it.each([
    ['https://inner.example/', 'leads to the address 10.0.0.1, which is private'],
    ['https://192.168.0.1/', 'private'],
    ['http://mixed.example/', 'must be an https URL'],
    ['https://mixed.example:22/', 'port 443 or 8443'],
  ])('refuses %s and says why', async (url, why) => {
    expect(await client({ allowTargets: [], resolveName }).resolveTarget(url)).toContain(why);
  });

  it.each(['https://mixed.example/', 'https://unknown.example/', 'https://8.8.8.8/'])(
    'takes %s',
    async (url) => {
      expect(await client({ allowTargets: [], resolveName }).resolveTarget(url)).toBeNull();
    },
  );

  it('does not wait for a name server that is silent', async () => {
    const http = client({ allowTargets: [], resolveName: () => new Promise(() => undefined) });
    expect(await http.resolveTarget('https://silent.example/')).toBeNull();
  });

  it('resolves localhost without a name server', async () => {
    expect(await client().resolveTarget('http://localhost:9000/')).toBeNull();
    expect(await client({ allowTargets: [] }).resolveTarget('https://localhost/')).toContain('this machine');
  });
});

describe('the last check before the first byte', () => {
  /** A TLS receiver whose handshake waits until it is let through. */
  async function slowTlsReceiver() {
    const { promise: letThrough, resolve: open } = Promise.withResolvers<undefined>();
    const seen = { handshakes: 0, bytes: 0 };
    const inner = createTlsServer({ cert, key }, (socket) => {
      seen.handshakes += 1;
      socket.on('error', () => undefined);
      socket.on('data', (data: Buffer) => {
        seen.bytes += data.length;
        socket.write('HTTP/1.1 204 No Content\r\n\r\n');
      });
    });
    const { promise: accepted, resolve: accept } = Promise.withResolvers<undefined>();
    const outer = createTcpServer((socket) => {
      accept(undefined);
      void letThrough.then(() => inner.emit('connection', socket));
    });
    const port = await listen(outer);
    return {
      seen,
      accepted,
      open: () => {
        open(undefined);
      },
      url: `https://127.0.0.1:${port}/`,
    };
  }

  it('comes after a slow handshake, and what it stops sends nothing', async () => {
    const outlet = await slowTlsReceiver();
    const http = client({ ca: cert.toString() });
    let withdrawn = false;
    let asked = 0;
    const beforeFirstByte = () => {
      asked += 1;
      expect(outlet.seen.bytes).toBe(0);
      if (withdrawn) throw new Error('the article was withdrawn');
    };
    const failure = failureOf(post(http, outlet.url, { beforeFirstByte }));
    await outlet.accepted;
    expect(asked).toBe(0);
    withdrawn = true;
    outlet.open();
    expect(await failure).toMatchObject({ kind: 'aborted', sent: false });
    expect((await failure).message).toContain('the article was withdrawn');
    expect(asked).toBe(1);

    // The connection is not lost by it, and the stopped request is not on it.
    withdrawn = false;
    expect(await post(http, outlet.url, { beforeFirstByte })).toMatchObject({ status: 204 });
    expect(outlet.seen.handshakes).toBe(1);
    expect(asked).toBe(2);
  });

  it('is the last act on a pooled socket too', async () => {
    const outlet = await receiver((_request, response) => response.end());
    const http = client({ socketsPerOrigin: 1 });
    await post(http, outlet.url);
    const failure = await failureOf(
      post(http, outlet.url, {
        beforeFirstByte: () => {
          throw new Error('the lease is lost');
        },
      }),
    );
    expect(failure).toMatchObject({ kind: 'aborted', sent: false });
    await post(http, outlet.url);
    expect(outlet.seen.requests).toHaveLength(2);
    expect(outlet.seen.connections).toBe(1);
  });

  it.each(['signal', 'alsoStoppedBy'] as const)(
    'is left at once when the attempt is stopped by its %s',
    async (by) => {
      const outlet = await receiver(() => undefined);
      const stop = new AbortController();
      const failure = failureOf(post(client(), outlet.url, { [by]: stop.signal }));
      await until(() => outlet.seen.requests.length === 1, 'the request');
      stop.abort(new Error('that is enough'));
      expect(await failure).toMatchObject({ kind: 'aborted', sent: true });
      expect((await failure).message).toContain('that is enough');
    },
  );

  it('is not reached by a request that was stopped while it connected', async () => {
    const outlet = await slowTlsReceiver();
    const http = client({ ca: cert.toString() });
    const stop = new AbortController();
    let asked = 0;
    const failure = failureOf(
      post(http, outlet.url, { signal: stop.signal, beforeFirstByte: () => (asked += 1) }),
    );
    await outlet.accepted;
    stop.abort(new Error('withdrawn'));
    // Settled at once, while the handshake still hangs.
    expect(await failure).toMatchObject({ kind: 'aborted', sent: false });
    outlet.open();
    await until(() => outlet.seen.handshakes === 1, 'the handshake');
    await post(http, outlet.url);
    expect(asked).toBe(0);
  });

  it('is not reached by a request that was stopped before it began', async () => {
    const outlet = await receiver((_request, response) => response.end());
    const failure = await failureOf(
      post(client(), outlet.url, { signal: AbortSignal.abort(new Error('late')) }),
    );
    expect(failure).toMatchObject({ kind: 'aborted', sent: false });
    expect(outlet.seen.connections).toBe(0);
  });
});

describe('what went out is told exactly', () => {
  it('stopped in flight: sent', async () => {
    const outlet = await receiver(() => undefined);
    const stop = new AbortController();
    const failure = failureOf(post(client(), outlet.url, { signal: stop.signal }));
    await until(() => outlet.seen.requests.length === 1, 'the request');
    stop.abort(new Error('withdrawn'));
    expect(await failure).toMatchObject({ kind: 'aborted', sent: true });
    await until(() => outlet.seen.requests[0]?.socket.destroyed === true, 'the socket closing');
  });

  it('deadline while the name resolves: not sent', async () => {
    const http = client({ resolveName: () => new Promise(() => undefined) });
    const failure = await failureOf(post(http, 'http://partner.example/', { deadlineMs: 50 }));
    expect(failure).toMatchObject({ kind: 'timeout', sent: false });
  });

  it('deadline while the outlet is silent: sent, and the connection is closed', async () => {
    const outlet = await receiver(() => undefined);
    const failure = await failureOf(post(client(), outlet.url, { deadlineMs: 1000 }));
    expect(failure).toMatchObject({ kind: 'timeout', sent: true });
    await until(() => outlet.seen.requests[0]?.socket.destroyed === true, 'the socket closing');
    expect(outlet.seen.requests).toHaveLength(1);
  });

  it('deadline that passes while the process stands still: not sent', async () => {
    const outlet = await receiver((_request, response) => response.end());
    const http = client({
      resolveName: () => {
        const end = performance.now() + 120;
        while (performance.now() < end);
        return Promise.resolve(['127.0.0.1']);
      },
    });
    const url = `http://partner.example:${outlet.port}/`;
    expect(await failureOf(post(http, url, { deadlineMs: 60 }))).toMatchObject({
      kind: 'timeout',
      sent: false,
    });
    expect(outlet.seen.requests).toHaveLength(0);
  });

  it('one deadline for all requests of an attempt', async () => {
    const outlet = await receiver((_request, response) => {
      if (outlet.seen.requests.length === 1) response.end();
    });
    const bound = client().bind({
      signal: new AbortController().signal,
      deadlineMs: 1000,
      beforeFirstByte: () => undefined,
    });
    const request = { method: 'GET', url: outlet.url, headers: {} } as const;
    await bound.request(request);
    expect(await failureOf(bound.request(request))).toMatchObject({ kind: 'timeout', sent: true });
    expect(await failureOf(bound.request(request))).toMatchObject({ kind: 'timeout', sent: false });
  });

  it('an attempt that has timed out sends nothing more, not even within the same millisecond', async () => {
    const outlet = await receiver((_request, response) => response.end());
    const http = client({ resolveName: () => new Promise(() => undefined) });
    const outcomes = Array.from({ length: 200 }, async (_, index) => {
      const bound = http.bind({
        signal: new AbortController().signal,
        deadlineMs: 20 + index / 4,
        beforeFirstByte: () => undefined,
      });
      const request = (url: string) => failureOf(bound.request({ method: 'GET', url, headers: {} }));
      await request('http://partner.example/');
      return request(outlet.url);
    });
    for (const failure of await Promise.all(outcomes)) {
      expect(failure).toMatchObject({ kind: 'timeout', sent: false });
    }
    expect(outlet.seen.requests).toHaveLength(0);
  });

  it('nothing listens, or the name has no address: not sent', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await endings.pop()?.();
    expect(await failureOf(post(client(), `http://127.0.0.1:${port}/`))).toMatchObject({
      kind: 'connect',
      sent: false,
    });
    for (const resolveName of [() => Promise.reject(new Error('ENOTFOUND')), () => Promise.resolve([])]) {
      const failure = await failureOf(post(client({ resolveName }), 'http://partner.example/'));
      expect(failure).toMatchObject({ kind: 'connect', sent: false });
    }
  });

  it('no connection within the time for it: not sent', async () => {
    const server = createTcpServer(() => undefined);
    const port = await listen(server);
    const http = client({ connectTimeoutMs: 100, ca: cert.toString() });
    // undici counts connect timeouts in steps of half a second.
    const failure = await failureOf(post(http, `https://127.0.0.1:${port}/`, { deadlineMs: 10_000 }));
    expect(failure).toMatchObject({ kind: 'connect', sent: false });
  });

  it.each([
    ['a reset after the request', (socket: Socket) => socket.resetAndDestroy(), 'broken'],
    ['an end without an answer', (socket: Socket) => socket.end(), 'broken'],
    ['half a head', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nx: y'), 'broken'],
    ['no HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'bad-answer'],
    ['bytes', (socket: Socket) => socket.end(Buffer.alloc(100, 0xff)), 'bad-answer'],
    ['HTTP/2 at once', (socket: Socket) => socket.end('\0\0\0\x04\0\0\0\0\0'), 'bad-answer'],
    [
      'a flood of headers',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\n' + 'x: '.padEnd(900, 'y').concat('\r\n').repeat(100));
      },
      'bad-answer',
    ],
    [
      'informational answers without end',
      (socket: Socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000));
      },
      'bad-answer',
    ],
    [
      'two lengths',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx');
      },
      'bad-answer',
    ],
  ] as const)('%s: sent once, and no more', async (_what, answer, kind) => {
    let requests = 0;
    const server = createTcpServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', () => {
          requests += 1;
          answer(socket);
        });
    });
    const port = await listen(server);
    expect(await failureOf(post(client(), `http://127.0.0.1:${port}/`))).toMatchObject({ kind, sent: true });
    expect(requests).toBe(1);
  });
});

describe('a body that is asked for', () => {
  const text = '稿\0'.repeat(30_000);
  const answering = (length = Buffer.byteLength(text)) =>
    receiver((_request, response) => {
      response.writeHead(200, { 'content-length': String(length) });
      if (length === Buffer.byteLength(text)) response.end(text);
      else response.write(text, () => setTimeout(() => response.destroy(), 30));
    });

  it('comes whole beside its excerpt', async () => {
    const { url } = await answering();
    const answer = await post(client(), url, { answerBytes: 200_000 });
    expect(answer.body).toBe(text.replaceAll('\0', '\uFFFD'));
    expect(Buffer.byteLength(answer.bodyExcerpt)).toBeLessThanOrEqual(3 * 4096);
    expect((await post(client(), url, { answerBytes: Buffer.byteLength(text) })).body).toHaveLength(
      text.length,
    );
  });

  it('is none where it is longer than that, breaks off, or was not asked for', async () => {
    const { url } = await answering();
    expect((await post(client(), url, { answerBytes: Buffer.byteLength(text) - 1 })).body).toBeNull();
    expect((await post(client(), url)).body).toBeNull();
    const broken = await answering(Buffer.byteLength(text) + 1);
    expect(await post(client(), broken.url, { answerBytes: 200_000 })).toMatchObject({
      status: 200,
      body: null,
    });
  });
});

describe('a body without end', () => {
  it('is read to a bound, the answer counts, and the connection is closed', async () => {
    let written = 0;
    const outlet = await receiver((_request, response) => {
      const chunk = Buffer.alloc(16 * 1024, 'x');
      const pour = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', pour);
      pour();
    });
    const answer = await post(client(), outlet.url);
    expect(answer.status).toBe(200);
    expect(answer.bodyExcerpt).toBe('x'.repeat(4096));
    await until(() => outlet.seen.requests[0]?.socket.destroyed === true, 'the socket closing');
    // What the kernel's buffers took; far below what an unbounded reader would have been given.
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  it('is no body where one was asked for', async () => {
    const outlet = await receiver((_request, response) => {
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await post(client(), outlet.url, { answerBytes: 100_000 })).toMatchObject({
      status: 200,
      body: null,
    });
  });

  it('that drips ends at the deadline with the status it began with', async () => {
    const outlet = await receiver((_request, response) => {
      response.writeHead(202).write('始');
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    const began = performance.now();
    const answer = await post(client(), outlet.url, { deadlineMs: 1000 });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(answer.status).toBe(202);
    expect(answer.bodyExcerpt).toMatch(/^始\.+$/);
    await until(() => outlet.seen.requests[0]?.socket.destroyed === true, 'the socket closing');
  });

  it('that breaks off leaves the status', async () => {
    const outlet = await receiver((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 30);
    });
    expect(await post(client(), outlet.url)).toMatchObject({ status: 200, bodyExcerpt: 'half' });
  });

  it('is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
    const outlet = await receiver((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    const answer = await post(client(), outlet.url);
    expect(answer.bodyExcerpt.startsWith('\u001f')).toBe(true);
    expect(answer.bodyExcerpt.length).toBeLessThanOrEqual(4096);
  });

  it('is cut between characters', async () => {
    const outlet = await receiver((_request, response) => response.end('稿'.repeat(2000)));
    expect((await post(client(), outlet.url)).bodyExcerpt).toBe('稿'.repeat(1365));
  });
});

describe('TLS', () => {
  it('is verified against the name', async () => {
    const server = createTlsHttpServer({ cert, key }, (_request, response) => response.writeHead(204).end());
    const port = await listen(server);
    const resolveName = () => Promise.resolve(['127.0.0.1']);
    const trusting = client({ ca: cert.toString(), resolveName });
    expect(await post(trusting, `https://outlet.test:${port}/`)).toMatchObject({ status: 204 });
    const refused = await failureOf(post(trusting, `https://other.test:${port}/`));
    expect(refused).toMatchObject({ kind: 'connect', sent: false });
    const stranger = await failureOf(post(client({ resolveName }), `https://outlet.test:${port}/`));
    expect(stranger).toMatchObject({ kind: 'connect', sent: false });
    expect(stranger.message).toContain('certificate');
  });

  it('is 1.2 or newer', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const server = createTlsHttpServer({ cert, key, ...old }, (_request, response) => response.end());
    const port = await listen(server);
    const failure = await failureOf(post(client({ ca: cert.toString() }), `https://127.0.0.1:${port}/`));
    expect(failure).toMatchObject({ kind: 'connect', sent: false });
  });
});

describe('the end of the client', () => {
  it('close lets what is in flight end and takes no more', async () => {
    const outlet = await receiver((_request, response) => {
      setTimeout(() => response.end('done'), 50);
    });
    const http = client();
    const running = post(http, outlet.url);
    await until(() => outlet.seen.requests.length === 1, 'the request');
    const closing = http.close();
    expect(await failureOf(post(http, outlet.url))).toMatchObject({ kind: 'aborted', sent: false });
    expect(await running).toMatchObject({ bodyExcerpt: 'done' });
    await closing;
    await until(() => outlet.seen.requests[0]?.socket.destroyed === true, 'the socket closing');
  });

  it('destroy ends what is in flight', async () => {
    const outlet = await receiver(() => undefined);
    const http = client();
    const failure = failureOf(post(http, outlet.url));
    await until(() => outlet.seen.requests.length === 1, 'the request');
    await http.destroy();
    expect(await failure).toMatchObject({ kind: 'aborted', sent: true });
  });
});
