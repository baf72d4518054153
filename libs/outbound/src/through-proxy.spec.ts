import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { GuardedHttpOptions } from './guarded-http.js';
import type { ProxyOptions } from './proxy-rules.js';
import { cert, client, endings, failureOf, key, listen, post, receiver, until } from './test-outlets.js';

/** 198.51.100.0/24 is for documentation: nothing answers there, so that what arrives came through the proxy. */
const OUTLET_ADDRESS = '198.51.100.7';
const ALLOWED = ['198.51.100.0/24'];

interface ProxyBehaviour {
  /** Speaks TLS itself. */
  secure?: boolean;
  /** Answers a CONNECT instead of the tunnel; null lets it through. */
  refuse?: (authority: string) => string | null;
  /** Where a tunnel leads, whatever was asked for: the port of an outlet on loopback. */
  leadsTo?: number;
}

/** A forward proxy (CONNECT) that leads every tunnel to an outlet on loopback. */
async function forwardProxy(behaviour: ProxyBehaviour = {}) {
  const seen = {
    authorities: [] as string[],
    authorizations: [] as (string | undefined)[],
    tunnels: [] as Socket[],
  };
  const server = behaviour.secure === true ? createHttpsServer({ cert, key }) : createHttpServer();
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    const authority = request.url ?? '';
    expect(request.headers.host).toBe(authority);
    seen.authorities.push(authority);
    seen.authorizations.push(request.headers['proxy-authorization']);
    socket.on('error', () => undefined);
    const refusal = behaviour.refuse?.(authority) ?? null;
    if (refusal !== null) {
      socket.write(refusal);
      return;
    }
    const outlet = connect(behaviour.leadsTo ?? 0, '127.0.0.1', () => {
      seen.tunnels.push(socket);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) outlet.write(head);
      outlet.pipe(socket).pipe(outlet);
    });
    outlet.on('error', () => socket.destroy());
    endings.push(() => {
      outlet.destroy();
      socket.destroy();
      return Promise.resolve();
    });
  });
  const port = await listen(server);
  return { seen, port, url: `${behaviour.secure === true ? 'https' : 'http'}://127.0.0.1:${port}` };
}

function proxied(proxy: Partial<ProxyOptions> & { url: string }, options: Partial<GuardedHttpOptions> = {}) {
  return client({
    allowTargets: ALLOWED,
    resolveName: () => Promise.resolve([OUTLET_ADDRESS]),
    ca: cert.toString(),
    ...options,
    proxy: { direct: [], names: 'here', ...proxy },
  });
}

/** An outlet that speaks TLS under the name `outlet.test`. */
async function tlsOutlet() {
  const seen = { hosts: [] as (string | undefined)[], names: [] as unknown[], bodies: [] as string[] };
  const server = createHttpsServer({ cert, key }, (request, response) => {
    seen.hosts.push(request.headers.host);
    seen.names.push((request.socket as unknown as { servername: unknown }).servername);
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      seen.bodies.push(body);
      response.writeHead(202).end('好的');
    });
  });
  return { seen, port: await listen(server) };
}

describe('a request through a forward proxy', () => {
  it.each([
    ['an http proxy', false],
    ['an https proxy', true],
  ])(
    '%s: asks for the address that was checked; TLS is with the outlet under its name',
    async (_what, secure) => {
      const outlet = await tlsOutlet();
      const proxy = await forwardProxy({ secure, leadsTo: outlet.port });
      const answer = await post(proxied(proxy), 'https://outlet.test/hook');
      expect(answer).toMatchObject({ status: 202, bodyExcerpt: '好的' });
      expect(proxy.seen.authorities).toEqual([`${OUTLET_ADDRESS}:443`]);
      expect(proxy.seen.authorizations).toEqual([undefined]);
      expect(outlet.seen).toEqual({ hosts: ['outlet.test'], names: ['outlet.test'], bodies: ['正文'] });
    },
  );

  it('by http to an address of the allow list is tunnelled too', async () => {
    const outlet = await receiver((_request, response) => response.writeHead(204).end());
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    expect(await post(proxied(proxy), 'http://partner.example/hook')).toMatchObject({ status: 204 });
    expect(await post(proxied(proxy), `http://${OUTLET_ADDRESS}:9000/`)).toMatchObject({ status: 204 });
    expect(proxy.seen.authorities).toEqual([`${OUTLET_ADDRESS}:80`, `${OUTLET_ADDRESS}:9000`]);
    expect(outlet.seen.requests.map(({ headers }) => headers.host)).toEqual([
      'partner.example',
      `${OUTLET_ADDRESS}:9000`,
    ]);
    // What the proxy is told about us and by us is not for the outlet.
    for (const { headers } of outlet.seen.requests) {
      expect(Object.keys(headers).filter((name) => name.startsWith('proxy-'))).toEqual([]);
    }
  });

  it('shows the proxy the credentials of its URL, and nobody else', async () => {
    const outlet = await receiver((_request, response) => response.end());
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    const url = proxy.url.replace('//', '//n%C3%A9ws:p%40ss%3Aword@');
    await post(proxied({ url }), 'http://partner.example/');
    const basic = Buffer.from('néws:p@ss:word').toString('base64');
    expect(proxy.seen.authorizations).toEqual([`Basic ${basic}`]);
    expect(JSON.stringify(outlet.seen.requests.map(({ headers }) => headers))).not.toContain(basic);
  });

  it('keeps tunnels for later requests and caps them per origin', async () => {
    const outlet = await receiver((_request, response) => {
      setTimeout(() => response.end(), 10);
    });
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    const http = proxied(proxy, { socketsPerOrigin: 2 });
    await Promise.all(Array.from({ length: 12 }, () => post(http, 'http://partner.example/')));
    await post(http, 'http://partner.example/');
    expect(outlet.seen.requests).toHaveLength(13);
    expect(proxy.seen.authorities).toHaveLength(2);
    // Another origin has tunnels of its own.
    await post(http, 'http://partner.example:81/');
    expect(proxy.seen.authorities).toHaveLength(3);
  });

  it('tries the next address where the proxy does not reach the first', async () => {
    const outlet = await receiver((_request, response) => response.end('second'));
    const proxy = await forwardProxy({
      leadsTo: outlet.port,
      refuse: (authority) =>
        authority.startsWith(OUTLET_ADDRESS) ? null : 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n',
    });
    const resolveName = () => Promise.resolve(['198.51.100.1', '10.0.0.1', OUTLET_ADDRESS]);
    expect(await post(proxied(proxy, { resolveName }), 'http://partner.example/')).toMatchObject({
      bodyExcerpt: 'second',
    });
    // 10.0.0.1 is against the rules: the proxy never hears of it.
    expect(proxy.seen.authorities).toEqual(['198.51.100.1:80', `${OUTLET_ADDRESS}:80`]);
  });

  it('spells an IPv6 address with brackets', async () => {
    const outlet = await receiver((_request, response) => response.end());
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    const http = proxied(proxy, {
      allowTargets: ['2001:db8::/32'],
      resolveName: () => Promise.resolve(['2001:db8::7']),
    });
    await post(http, 'http://partner.example/');
    await post(http, 'http://[2001:db8::8]/');
    expect(proxy.seen.authorities).toEqual(['[2001:db8::7]:80', '[2001:db8::8]:80']);
  });
});

describe('the rules of targets, through a proxy', () => {
  it('refuse literal addresses and names before the proxy hears of them', async () => {
    const proxy = await forwardProxy();
    const answers: Record<string, string[]> = { 'inner.example': ['10.0.0.1', '169.254.169.254'] };
    for (const names of ['here', 'proxy'] as const) {
      const http = proxied(
        { url: proxy.url, names },
        { allowTargets: [], resolveName: (host) => Promise.resolve(answers[host] ?? []) },
      );
      const targets = [
        'https://127.0.0.1/',
        'https://0x7f000001/',
        'https://[::7f00:1]/',
        'https://169.254.169.254/latest/meta-data/',
        'https://localhost/',
        'http://partner.example/',
        'https://partner.example:22/',
        'https://partner.example./',
        // The exemption is of our connection to the proxy, not of the proxy as a target.
        `https://127.0.0.1:${proxy.port}/`,
      ];
      if (names === 'here') targets.push('https://inner.example/');
      for (const url of targets) {
        expect(await failureOf(post(http, url))).toMatchObject({ kind: 'refused-target', sent: false });
      }
    }
    expect(proxy.seen.authorities).toEqual([]);
  });

  it('pin what was checked: a name that leads elsewhere by then gains nothing', async () => {
    const outlet = await receiver((_request, response) => response.writeHead(204).end());
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    let asked = 0;
    const http = proxied(proxy, {
      resolveName: () => {
        asked += 1;
        return Promise.resolve([asked === 1 ? OUTLET_ADDRESS : '169.254.169.254']);
      },
    });
    expect(await post(http, 'http://rebinding.example/')).toMatchObject({ status: 204 });
    expect(asked).toBe(1);
    for (const { socket } of outlet.seen.requests) socket.destroy();
    await until(() => proxy.seen.tunnels.every(({ destroyed }) => destroyed), 'the tunnel closing');
    await until(() => proxy.seen.tunnels.length === 1, 'one tunnel');
    const failure = await failureOf(post(http, 'http://rebinding.example/'));
    expect(failure).toMatchObject({ kind: 'refused-target', sent: false });
    expect(proxy.seen.authorities).toEqual([`${OUTLET_ADDRESS}:80`]);
  });

  it('do not hold for the proxy’s own address', async () => {
    // The proxy is on loopback, which is not in the allow list here.
    const outlet = await tlsOutlet();
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    expect(await post(proxied(proxy), 'https://outlet.test/')).toMatchObject({ status: 202 });
  });

  it('hand the name over only where the proxy is to resolve it', async () => {
    const outlet = await tlsOutlet();
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    const resolved: string[] = [];
    const http = proxied(
      { url: proxy.url, names: 'proxy' },
      {
        resolveName: (host) => {
          resolved.push(host);
          return Promise.resolve([OUTLET_ADDRESS]);
        },
      },
    );
    expect(await post(http, 'https://outlet.test/')).toMatchObject({ status: 202 });
    expect(proxy.seen.authorities).toEqual(['outlet.test:443']);
    expect(resolved).toEqual([]);
    // By http an address of the allow list is needed: only who resolves the name can tell.
    const failure = await failureOf(post(http, 'http://outlet.test/', { deadlineMs: 1000 }));
    expect(failure.kind).not.toBe('refused-target');
    expect(proxy.seen.authorities.at(-1)).toBe(`${OUTLET_ADDRESS}:80`);
    expect(resolved).toEqual(['outlet.test']);
  });
});

describe('what goes past the proxy', () => {
  it.each([
    ['a listed name', 'partner.example', ['partner.example']],
    ['a name below a listed one', 'push.partner.example', ['.partner.example']],
    ['a name that leads into a listed range', 'inner.example', ['127.0.0.0/8']],
    ['a listed name in other characters', 'xn--fiqs8s.example', ['中国.example']],
  ])('%s', async (_what, host, direct) => {
    const outlet = await receiver((_request, response) => response.writeHead(204).end());
    const proxy = await forwardProxy();
    const http = proxied(
      { url: proxy.url, direct, names: 'proxy' },
      { allowTargets: ['127.0.0.0/8'], resolveName: () => Promise.resolve(['127.0.0.1']) },
    );
    expect(await post(http, `http://${host}:${outlet.port}/`)).toMatchObject({ status: 204 });
    expect(proxy.seen.authorities).toEqual([]);
  });

  it('loopback, which a proxy would take for its own', async () => {
    const outlet = await receiver((_request, response) => response.writeHead(204).end());
    const proxy = await forwardProxy();
    const http = proxied(proxy, {
      allowTargets: ['127.0.0.0/8'],
      resolveName: () => Promise.resolve(['127.0.0.1']),
    });
    for (const host of ['127.0.0.1', 'localhost', 'partner.example']) {
      expect(await post(http, `http://${host}:${outlet.port}/`)).toMatchObject({ status: 204 });
    }
    expect(proxy.seen.authorities).toEqual([]);
  });

  it('is under the rules of targets all the same', async () => {
    const proxy = await forwardProxy();
    const http = proxied(
      { url: proxy.url, direct: ['partner.example', '10.0.0.0/8'] },
      { allowTargets: [], resolveName: () => Promise.resolve(['10.0.0.1']) },
    );
    for (const url of ['https://partner.example/', 'https://inner.example/', 'https://10.0.0.1/']) {
      expect(await failureOf(post(http, url))).toMatchObject({ kind: 'refused-target', sent: false });
    }
  });

  it('is not a name that only ends like a listed one', async () => {
    const outlet = await receiver((_request, response) => response.end());
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    await post(proxied({ url: proxy.url, direct: ['partner.example'] }), 'http://notpartner.example/');
    expect(proxy.seen.authorities).toHaveLength(1);
  });
});

describe('what went out through a proxy is told exactly', () => {
  it.each([
    [
      'refuses the credentials',
      'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n',
      '(407)',
    ],
    ['forbids the outlet', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope', '(403)'],
    ['does not reach the outlet', 'HTTP/1.1 503 Service Unavailable\r\n\r\n', '(503)'],
    ['redirects', 'HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n', '(302)'],
    ['speaks no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'gives no connection'],
    [
      'floods headers',
      'HTTP/1.1 200 OK\r\n' + 'x: '.padEnd(900, 'y').concat('\r\n').repeat(100),
      'gives no connection',
    ],
    ['answers in the outlet’s place', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'ahead of'],
  ])('a proxy that %s: nothing was sent, and the credentials are not told', async (_what, refusal, told) => {
    const proxy = await forwardProxy({ refuse: () => refusal });
    const url = proxy.url.replace('//', '//news:hunter2@');
    const asked: string[] = [];
    const failure = await failureOf(
      post(proxied({ url }), 'https://outlet.test/', { beforeFirstByte: () => asked.push('asked') }),
    );
    expect(failure).toMatchObject({ kind: 'connect', sent: false });
    expect(failure.message).toContain(`the proxy 127.0.0.1:${proxy.port} `);
    expect(failure.message).toContain(told);
    expect(failure.message).not.toContain('hunter2');
    expect(asked).toEqual([]);
  });

  it('a proxy that is not there: nothing was sent', async () => {
    const proxy = await forwardProxy();
    await endings.pop()?.();
    const failure = await failureOf(post(proxied(proxy), 'https://outlet.test/'));
    expect(failure).toMatchObject({ kind: 'connect', sent: false });
    expect(failure.message).toContain('ECONNREFUSED');
  });

  it('a proxy whose certificate is not the one: it is shown nothing', async () => {
    const proxy = await forwardProxy({ secure: true });
    const url = proxy.url.replace('//', '//news:hunter2@');
    const stranger = client({ allowTargets: ALLOWED, proxy: { url, direct: [], names: 'here' } });
    const failure = await failureOf(post(stranger, `https://${OUTLET_ADDRESS}/`));
    expect(failure).toMatchObject({ kind: 'connect', sent: false });
    expect(failure.message).toContain('certificate');
    expect(proxy.seen.authorities).toEqual([]);
  });

  it('an outlet whose certificate is not the one: nothing was sent, whoever the proxy leads to', async () => {
    const outlet = await tlsOutlet();
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    const failure = await failureOf(post(proxied(proxy), 'https://other.test/'));
    expect(failure).toMatchObject({ kind: 'connect', sent: false });
    expect(outlet.seen.bodies).toEqual([]);
  });

  it.each([
    ['that is silent', () => createTcpServer(() => undefined)],
    [
      'whose tunnel leads to silence',
      () =>
        createTcpServer((socket) => {
          socket.on('error', () => undefined).once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
        }),
    ],
  ])(
    'a proxy %s: the time for connecting and the deadline hold, and nothing was sent',
    async (_what, server) => {
      const port = await listen(server());
      const url = `http://127.0.0.1:${port}`;
      const connecting = await failureOf(
        post(proxied({ url }, { connectTimeoutMs: 100 }), 'https://outlet.test/', { deadlineMs: 10_000 }),
      );
      expect(connecting).toMatchObject({ kind: 'connect', sent: false });
      const deadline = await failureOf(post(proxied({ url }), 'https://outlet.test/', { deadlineMs: 100 }));
      expect(deadline).toMatchObject({ kind: 'timeout', sent: false });
    },
  );

  it('a silent outlet: sent, and the deadline closes the tunnel', async () => {
    const outlet = await receiver(() => undefined);
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    const failure = await failureOf(post(proxied(proxy), 'http://partner.example/', { deadlineMs: 500 }));
    expect(failure).toMatchObject({ kind: 'timeout', sent: true });
    await until(() => proxy.seen.tunnels[0]?.destroyed === true, 'the tunnel closing');
    expect(outlet.seen.requests).toHaveLength(1);
  });

  it('a tunnel that breaks after the request: sent once, and no more', async () => {
    const outlet = await receiver((request) => request.socket.resetAndDestroy());
    const proxy = await forwardProxy({ leadsTo: outlet.port });
    const failure = await failureOf(post(proxied(proxy), 'http://partner.example/'));
    expect(failure).toMatchObject({ kind: 'broken', sent: true });
    expect(outlet.seen.requests).toHaveLength(1);
  });

  it('the last check comes after the tunnel and the handshake, and what it stops sends nothing', async () => {
    const outlet = await tlsOutlet();
    let withdrawn = false;
    let asked = 0;
    // The tunnel opens at once, and leads on when the test says so.
    const { promise: letThrough, resolve: open } = Promise.withResolvers<undefined>();
    const gate = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      void letThrough.then(() => {
        const onward = connect(outlet.port, '127.0.0.1');
        onward.on('error', () => undefined);
        onward.pipe(socket).pipe(onward);
        endings.push(() => Promise.resolve(onward.destroy()));
      });
    });
    const proxy = await forwardProxy({ leadsTo: await listen(gate) });
    const beforeFirstByte = () => {
      asked += 1;
      expect(outlet.seen.bodies).toEqual([]);
      if (withdrawn) throw new Error('the article was withdrawn');
    };
    const http = proxied(proxy);
    const failure = failureOf(post(http, 'https://outlet.test/', { beforeFirstByte }));
    await until(() => proxy.seen.tunnels.length === 1, 'the tunnel');
    expect(asked).toBe(0);
    withdrawn = true;
    open(undefined);
    expect(await failure).toMatchObject({ kind: 'aborted', sent: false });
    expect(asked).toBe(1);
    withdrawn = false;
    expect(await post(http, 'https://outlet.test/', { beforeFirstByte })).toMatchObject({ status: 202 });
    expect(outlet.seen.bodies).toEqual(['正文']);
    expect(proxy.seen.authorities).toHaveLength(1);
  });

  it('a stop while the proxy is silent settles at once, and the client can be closed', async () => {
    const server = createTcpServer(() => undefined);
    const port = await listen(server);
    const http = proxied({ url: `http://127.0.0.1:${port}` });
    const stop = new AbortController();
    const connected = once(server, 'connection');
    const failure = failureOf(post(http, 'https://outlet.test/', { signal: stop.signal }));
    await connected;
    stop.abort(new Error('withdrawn'));
    expect(await failure).toMatchObject({ kind: 'aborted', sent: false });
    await http.destroy();
  });
});

describe('the proxy’s options', () => {
  it.each(['proxy.example:3128', 'socks5://proxy.example', ''])('name what is wrong with "%s"', (url) => {
    expect(() => proxied({ url })).toThrow('the proxy must be a URL such as http://proxy.example:3128');
  });
});
