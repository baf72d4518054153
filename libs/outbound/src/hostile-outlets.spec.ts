import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { OutboundFailure } from '@newsrelay/channel-kit/outbound-http';
import { cert, client, endings, failureOf, key, listen, post, receiver, until } from './test-outlets.js';

const GIBIBYTE = 2 ** 30;

/** An outlet of bytes: what it does at a connection, and at the first bytes of each request. */
async function outletOfBytes(on: {
  connection?: (socket: Socket) => void;
  data?: (socket: Socket, data: Buffer) => void;
}) {
  const seen = { connections: 0, bytes: 0, sockets: [] as Socket[] };
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    seen.connections += 1;
    seen.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      seen.bytes += data.length;
      on.data?.(socket, data);
    });
    on.connection?.(socket);
  });
  return { seen, url: `http://127.0.0.1:${await listen(server)}/hook` };
}

/** Writes `piece` again and again as fast as it is taken. @returns bytes that were taken so far */
function pour(socket: Socket, piece: Buffer): { readonly bytes: number } {
  const poured = { bytes: 0 };
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece)) poured.bytes += piece.length;
  };
  socket.on('drain', more);
  more();
  return poured;
}

describe('a redirect', () => {
  const METADATA = 'http://169.254.169.254/latest/meta-data/iam/security-credentials/';

  it.each([300, 301, 302, 303, 304, 305, 307, 308])(
    '%i is an answer: nobody else is called',
    async (status) => {
      const inner = await receiver((_request, response) => response.end('secret'));
      // The canary may be called by the rules: only not following keeps the request from it.
      for (const location of [
        METADATA,
        inner.url,
        `//127.0.0.1:${inner.port}/`,
        '/elsewhere',
        'file:///etc/passwd',
      ]) {
        const outlet = await receiver((_request, response) => {
          response.writeHead(status, { location, refresh: `0; url=${inner.url}` }).end();
        });
        const answer = await post(client(), outlet.url);
        expect(answer).toMatchObject({ status, headers: { location } });
        expect(outlet.seen.requests).toHaveLength(1);
      }
      expect(inner.seen.connections).toBe(0);
    },
  );
});

describe('a connection that hangs', () => {
  it('in TCP: within the time for it, and nothing was sent', async () => {
    // A listener that accepts nothing: once its queue is full, the kernel drops who knocks.
    const silent = spawn(process.execPath, [
      '-e',
      `const server = require('node:net').createServer();
       server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
         require('node:fs').writeSync(1, String(server.address().port));
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       });`,
    ]);
    endings.push(() => {
      silent.kill('SIGKILL');
      return once(silent, 'exit');
    });
    const [printed] = (await once(silent.stdout, 'data')) as [Buffer];
    const port = Number(printed.toString());
    for (;;) {
      const knocking = connect(port, '127.0.0.1').on('error', () => undefined);
      endings.push(() => Promise.resolve(knocking.destroy()));
      const late = new Promise<'late'>((resolve) => {
        setTimeout(resolve, 300, 'late');
      });
      if ((await Promise.race([once(knocking, 'connect'), late])) === 'late') break;
    }
    const url = `http://127.0.0.1:${port}/`;
    const slow = await failureOf(post(client({ connectTimeoutMs: 100 }), url, { deadlineMs: 10_000 }));
    expect(slow).toMatchObject({ kind: 'connect', sent: false });
    expect(await failureOf(post(client(), url, { deadlineMs: 100 }))).toMatchObject({
      kind: 'timeout',
      sent: false,
    });
  });

  it.each([
    [
      'drips its handshake',
      (socket: Socket) => {
        drip(socket, Buffer.from([0x16, 0x03, 0x03, 0x3f, 0xff]));
      },
    ],
    ['resets in the handshake', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['speaks no TLS', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')],
    ['closes at once', (socket: Socket) => socket.end()],
  ] as const)('in TLS, because the outlet %s: nothing was sent', async (_what, behave) => {
    const outlet = await outletOfBytes({ connection: behave });
    const http = client({ connectTimeoutMs: 200, ca: cert.toString() });
    const url = outlet.url.replace('http:', 'https:');
    expect(await failureOf(post(http, url, { deadlineMs: 10_000 }))).toMatchObject({
      kind: 'connect',
      sent: false,
    });
  });
});

/** Writes a byte every 20 ms, the last one for ever. */
function drip(socket: Socket, bytes: Buffer): void {
  let at = 0;
  const timer = setInterval(() => {
    socket.write(bytes.subarray(at, at + 1));
    at = Math.min(at + 1, bytes.length - 1);
  }, 20);
  socket.on('close', () => {
    clearInterval(timer);
  });
}

describe('a head that never ends', () => {
  it('by a drip: the total deadline holds, and it was sent', async () => {
    const outlet = await outletOfBytes({
      data: (socket) => {
        drip(socket, Buffer.from('HTTP/1.1 200 OK\r\nx: y'));
      },
    });
    const failure = await failureOf(post(client(), outlet.url, { deadlineMs: 500 }));
    expect(failure).toMatchObject({ kind: 'timeout', sent: true });
    await until(() => outlet.seen.sockets.every(({ destroyed }) => destroyed), 'the socket closing');
  });

  it.each([
    ['one header of a gigabyte', 'HTTP/1.1 200 OK\r\nx: ', 'y'.repeat(16_384)],
    ['headers without end', 'HTTP/1.1 200 OK\r\n', 'x: y\r\n'.repeat(2000)],
    ['a name without end', 'HTTP/1.1 200 OK\r\n', 'x'.repeat(16_384)],
    ['informational answers without end', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(500)],
    ['informational heads without end', 'HTTP/1.1 103 Early Hints\r\n', 'link: </x>\r\n'.repeat(1000)],
  ])('by %s: read to a bound, and it was sent', async (_what, begin, piece) => {
    let poured = { bytes: 0 };
    const outlet = await outletOfBytes({
      data: (socket) => {
        socket.write(begin);
        poured = pour(socket, Buffer.from(piece));
      },
    });
    const failure = await failureOf(post(client(), outlet.url, { deadlineMs: 30_000 }));
    expect(failure).toMatchObject({ kind: 'bad-answer', sent: true });
    await until(() => outlet.seen.sockets.every(({ destroyed }) => destroyed), 'the socket closing');
    expect(outlet.seen.connections).toBe(1);
    expect(poured.bytes).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['a status without end', 'HTTP/1.1 200 ', 'O'.repeat(16_384)],
    ['empty lines before the status', '', '\r\n'.repeat(8192)],
  ])('by %s: settled by the deadline at the latest, and it was sent', async (_what, begin, piece) => {
    const outlet = await outletOfBytes({
      data: (socket) => {
        socket.write(begin);
        pour(socket, Buffer.from(piece));
      },
    });
    const failure = await failureOf(post(client(), outlet.url, { deadlineMs: 1000 }));
    expect(failure.sent).toBe(true);
    await until(() => outlet.seen.sockets.every(({ destroyed }) => destroyed), 'the socket closing');
  });
});

describe('a body', () => {
  it.each([
    ['with its length', `Content-Length: ${GIBIBYTE}\r\n\r\n`],
    ['as one chunk', `Transfer-Encoding: chunked\r\n\r\n${GIBIBYTE.toString(16)}\r\n`],
    ['until the end', 'Connection: close\r\n\r\n'],
  ])('of a gigabyte, %s: the answer counts, and it is read to a bound', async (_what, headers) => {
    let poured = { bytes: 0 };
    const outlet = await outletOfBytes({
      data: (socket) => {
        socket.write(`HTTP/1.1 201 Created\r\n${headers}`);
        poured = pour(socket, Buffer.alloc(65_536, 'x'));
      },
    });
    const answer = await post(client(), outlet.url, { answerBytes: GIBIBYTE, deadlineMs: 30_000 });
    expect(answer).toMatchObject({ status: 201, bodyExcerpt: 'x'.repeat(4096), body: null });
    await until(() => outlet.seen.sockets.every(({ destroyed }) => destroyed), 'the socket closing');
    expect(poured.bytes).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['chunk extensions without end', '5;', 'x'.repeat(16_384)],
    ['trailers without end', '0\r\n', 'x: y\r\n'.repeat(2000)],
    ['chunks of a byte without end', '', '1\r\nx\r\n'.repeat(2000)],
  ])('of %s: the answer counts, by the deadline at the latest', async (_what, begin, piece) => {
    const outlet = await outletOfBytes({
      data: (socket) => {
        socket.write(`HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n${begin}`);
        pour(socket, Buffer.from(piece));
      },
    });
    expect(await post(client(), outlet.url, { deadlineMs: 1000 })).toMatchObject({ status: 201 });
    await until(() => outlet.seen.sockets.every(({ destroyed }) => destroyed), 'the socket closing');
  });

  const blank = Buffer.alloc(32 * 1024 * 1024);
  it.each([
    ['gzip', gzipSync(blank)],
    ['deflate', deflateSync(blank)],
    ['br', brotliCompressSync(blank)],
    ['zstd', zstdCompressSync(blank)],
    ['gzip, gzip', gzipSync(gzipSync(blank))],
  ])('packed by %s, though it was not asked for: shown as it came', async (encoding, bomb) => {
    const outlet = await receiver((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(bomb);
    });
    const answer = await post(client(), outlet.url, { answerBytes: GIBIBYTE });
    const asItCame = new TextDecoder().decode(bomb).replaceAll('\0', '\uFFFD');
    expect(answer.body).toBe(asItCame);
    expect(answer.bodyExcerpt.length).toBeLessThanOrEqual(4096);
    expect(asItCame.startsWith(answer.bodyExcerpt)).toBe(true);
  });

  it.each([
    ['GBK', Buffer.from('b8dfd0c2c7f8b1a8', 'hex')],
    ['UTF-16', Buffer.from('\uFEFF高新区报', 'utf16le')],
    ['half a character', Buffer.from('高').subarray(0, 2)],
    ['surrogates in UTF-8', Buffer.from('eda080edb080', 'hex')],
    ['noise', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ])('that is no UTF-8 (%s) is text that PostgreSQL takes', async (_what, bytes) => {
    const outlet = await receiver((_request, response) => {
      response.writeHead(422, { 'x-note': bytes.toString('latin1').replace(/[^\x80-\xff]/g, '') }).end(bytes);
    });
    const answer = await post(client(), outlet.url);
    expect(answer.status).toBe(422);
    for (const text of [answer.bodyExcerpt, ...Object.values(answer.headers)]) {
      expect(text).not.toContain('\0');
      expect(text.isWellFormed()).toBe(true);
    }
    expect(answer.bodyExcerpt).toContain('\uFFFD');
  });

  it('that is reset midway leaves the status', async () => {
    const outlet = await outletOfBytes({
      data: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => {
          setTimeout(() => socket.resetAndDestroy(), 50);
        });
      },
    });
    expect(await post(client(), outlet.url)).toMatchObject({ status: 200, bodyExcerpt: 'half' });
  });
});

describe('an answer out of turn', () => {
  it('before the request is read: counts', async () => {
    const outlet = await outletOfBytes({
      data: (socket) => {
        socket.removeAllListeners('data').pause();
        socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      },
    });
    const bound = client().bind({
      signal: new AbortController().signal,
      deadlineMs: 5000,
      beforeFirstByte: () => undefined,
    });
    const body = 'x'.repeat(32 * 1024 * 1024);
    const answer = await bound.request({ method: 'POST', url: outlet.url, headers: {}, body });
    expect(answer.status).toBe(413);
    expect(outlet.seen.connections).toBe(1);
    // What the outlet does not read is not held for it.
    await until(
      () =>
        outlet.seen.sockets.every((socket) => {
          socket.resume();
          return socket.destroyed || socket.readableEnded;
        }),
      'the socket closing',
    );
  });

  it('twice: the second is nobody’s, and the next request has a connection of its own', async () => {
    const outlet = await outletOfBytes({
      data: (socket) => {
        const number = outlet.seen.connections;
        const answer = (status: number) => `HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`;
        socket.write(answer(200 + number) + answer(500));
      },
    });
    const http = client({ socketsPerOrigin: 1 });
    expect(await post(http, outlet.url)).toMatchObject({ status: 201 });
    expect(await post(http, outlet.url)).toMatchObject({ status: 202 });
    expect(outlet.seen.connections).toBe(2);
  });

  it.each([
    ['goes on where nothing was asked (100)', 'HTTP/1.1 100 Continue\r\n\r\n', 'broken'],
    [
      'switches to another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'broken',
    ],
    [
      'has two framings',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['has a length beyond numbers', 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n'],
    ['has a length below nothing', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['has a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['is of another version', 'HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['folds its headers', 'HTTP/1.1 200 OK\r\nx: y\r\n z\r\nContent-Length: 0\r\n\r\n'],
    ['has a NUL in a header', 'HTTP/1.1 200 OK\r\nx: y\0z\r\nContent-Length: 0\r\n\r\n'],
  ])('that %s: sent, once', async (_what, bytes, kind = 'bad-answer') => {
    const outlet = await outletOfBytes({ data: (socket) => socket.write(bytes) });
    expect(await failureOf(post(client(), outlet.url))).toMatchObject({ kind, sent: true });
    expect(outlet.seen.connections).toBe(1);
  });
});

describe('a connection that the outlet closes as we write', () => {
  it('is told as sent or not sent exactly, and the request is not written again', async () => {
    // Each connection is closed 0 to 12 ms after its answer; requests come 0 to 15 ms after theirs.
    const arrived: string[] = [];
    let answers = 0;
    const outlet = await receiver((request, response) => {
      arrived.push(String(request.headers['x-id']));
      answers += 1;
      const { socket } = request;
      response.end(() => setTimeout(() => socket.destroy(), answers % 13));
    });
    const http = client({ socketsPerOrigin: 1 });
    const sent: string[] = [];
    const answered: string[] = [];
    const failures: OutboundFailure[] = [];
    for (let index = 0; index < 300; index += 1) {
      const id = `request-${index}`;
      const bound = http.bind({
        signal: new AbortController().signal,
        deadlineMs: 5000,
        beforeFirstByte: () => sent.push(id),
      });
      const request = { method: 'POST', url: outlet.url, headers: { 'x-id': id }, body: '正文' } as const;
      try {
        await bound.request(request);
        answered.push(id);
      } catch (error) {
        if (!(error instanceof OutboundFailure)) throw error;
        expect(error).toMatchObject({ kind: 'broken', sent: true });
        failures.push(error);
      }
      await new Promise((resolve) => setTimeout(resolve, index % 16));
    }
    expect(sent).toHaveLength(300);
    expect(answered.length + failures.length).toBe(300);
    // At most once each, and whatever was answered arrived.
    expect(new Set(arrived).size).toBe(arrived.length);
    expect(arrived).toEqual(expect.arrayContaining(answered));
  });

  it.each([
    ['closes', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('a kept connection that it %s at the second request: sent, once', async (_what, end) => {
    let requests = 0;
    const outlet = await outletOfBytes({
      data: (socket) => {
        requests += 1;
        if (requests === 1) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        else end(socket);
      },
    });
    const http = client({ socketsPerOrigin: 1 });
    expect(await post(http, outlet.url)).toMatchObject({ status: 204 });
    expect(await failureOf(post(http, outlet.url))).toMatchObject({ kind: 'broken', sent: true });
    expect(requests).toBe(2);
    expect(outlet.seen.connections).toBe(1);
  });

  it('an outlet that will not speak but listens on: sent if it heard anything', async () => {
    const outlet = await outletOfBytes({ connection: (socket) => socket.end() });
    const failure = await failureOf(post(client(), outlet.url));
    expect(['broken', 'connect']).toContain(failure.kind);
    if (!failure.sent) expect(outlet.seen.bytes).toBe(0);
    expect(outlet.seen.connections).toBe(1);
  });

  it('TLS that is cut in the answer: sent', async () => {
    const server = createTlsServer({ cert, key }, (socket) => {
      socket
        .on('error', () => undefined)
        .once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nx', () => socket.destroy());
        });
    });
    const port = await listen(server);
    const failure = await failureOf(post(client({ ca: cert.toString() }), `https://127.0.0.1:${port}/`));
    expect(failure).toMatchObject({ kind: 'broken', sent: true });
  });
});
