import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GuardedHttp } from './guarded-http.js';
import { systemResolver } from './resolve-name.js';

const A = 1;
const AAAA = 28;
const NO_SUCH_NAME = 3;

const servers: Socket[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface Question {
  name: string;
  type: number;
}

/** A name server (RFC 1035) that answers each question with the bytes of addresses, or stays silent for null. */
async function nameServer(answer: (question: Question) => number[][] | null): Promise<string> {
  const server = createSocket('udp4');
  servers.push(server);
  server.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const question = query.subarray(12, at + 5);
    const type = query.readUInt16BE(at + 1);
    const addresses = answer({ name: labels.join('.'), type });
    if (addresses === null) return;
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (addresses.length === 0 ? NO_SUCH_NAME : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(addresses.length, 6);
    const records = addresses.map((bytes) => {
      const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, bytes.length]);
      return Buffer.concat([record, Buffer.from(bytes)]);
    });
    server.send(Buffer.concat([head, question, ...records]), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${server.address().port}`;
}

const anAttempt = (deadlineMs: number) => ({
  signal: new AbortController().signal,
  deadlineMs,
  beforeFirstByte: () => undefined,
});

describe('systemResolver', () => {
  it('gives the addresses of both families, IPv4 first', async () => {
    const server = await nameServer(({ type }) =>
      type === A ? [[203, 0, 113, 7]] : [[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    );
    expect(await systemResolver([server])('partner.example')).toEqual(['203.0.113.7', '2001:db8::1']);
  });

  it('does with one family where the other has no answer', async () => {
    const server = await nameServer(({ type }) => (type === AAAA ? [] : [[203, 0, 113, 7]]));
    expect(await systemResolver([server])('partner.example')).toEqual(['203.0.113.7']);
  });

  it('rejects a name that nobody knows', async () => {
    const server = await nameServer(() => []);
    await expect(systemResolver([server])('nobody-knows-this.invalid')).rejects.toThrow();
  });

  it('asks once for those who ask together, and anew for those who ask later', async () => {
    const asked: string[] = [];
    const server = await nameServer(({ name, type }) => {
      if (type === A) asked.push(name);
      return type === A ? [[203, 0, 113, asked.length]] : [];
    });
    const resolve = systemResolver([server]);
    const together = await Promise.all([resolve('partner.example'), resolve('partner.example')]);
    expect(together).toEqual([['203.0.113.1'], ['203.0.113.1']]);
    expect(await resolve('partner.example')).toEqual(['203.0.113.2']);
  });

  it('asks nobody for localhost', async () => {
    const asked: string[] = [];
    const server = await nameServer(({ name }) => {
      asked.push(name);
      return [[203, 0, 113, 7]];
    });
    expect(await systemResolver([server])('localhost')).toEqual(['127.0.0.1', '::1']);
    expect(await systemResolver([server])('partner.localhost')).toEqual(['127.0.0.1', '::1']);
    expect(asked).toEqual([]);
  });
});

describe('a rebinding name server', () => {
  it('gains nothing: public when the channel is made, loopback at the connection', async () => {
    let connections = 0;
    const inner = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    inner.listen(0, '127.0.0.1');
    await once(inner, 'listening');
    let questions = 0;
    const server = await nameServer(({ type }) => {
      if (type !== A) return [];
      questions += 1;
      return questions === 1 ? [[8, 8, 8, 8]] : [[127, 0, 0, 1]];
    });
    const http = new GuardedHttp({ allowTargets: [], resolveName: systemResolver([server]) });
    try {
      expect(await http.resolveTarget('https://rebinding.example:8443/')).toBeNull();
      const request = http
        .bind(anAttempt(5000))
        .request({ method: 'GET', url: 'https://rebinding.example:8443/', headers: {} });
      await expect(request).rejects.toMatchObject({ kind: 'refused-target', sent: false });
      expect(questions).toBe(2);

      // The same with the port of something inside: the rules stop it before any question.
      const { port } = inner.address() as AddressInfo;
      expect(await http.resolveTarget(`https://rebinding.example:${port}/`)).toContain('port 443 or 8443');
      expect(connections).toBe(0);
    } finally {
      await http.destroy();
      inner.close();
    }
  });

  it('that is silent costs its own attempt alone', async () => {
    const server = await nameServer(({ name, type }) =>
      name === 'silent.example' ? null : type === A ? [[127, 0, 0, 1]] : [],
    );
    const outlet = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    outlet.listen(0, '127.0.0.1');
    await once(outlet, 'listening');
    const { port } = outlet.address() as AddressInfo;
    const http = new GuardedHttp({
      allowTargets: ['127.0.0.0/8'],
      resolveName: systemResolver([server]),
    });
    const call = (host: string, deadlineMs: number) =>
      http
        .bind(anAttempt(deadlineMs))
        .request({ method: 'GET', url: `http://${host}:${port}/`, headers: {} });
    try {
      // More of them than the threads that getaddrinfo would block.
      const silent = Promise.allSettled(Array.from({ length: 8 }, () => call('silent.example', 300)));
      expect(await call('partner.example', 300)).toMatchObject({ status: 204 });
      for (const result of await silent) {
        expect(result).toMatchObject({ status: 'rejected', reason: { kind: 'timeout', sent: false } });
      }
    } finally {
      await http.destroy();
      outlet.close();
    }
  });
});
