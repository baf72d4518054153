import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { OutboundFailure } from '@newsrelay/channel-kit/outbound-http';
import { MailRefusal, type MailMessage, type MailServer } from '@newsrelay/channel-kit/outbound-mail';
import { GuardedMail, type GuardedMailOptions } from './guarded-mail.js';

const cert = readFileSync(new URL('../fixtures/tls-cert.pem', import.meta.url), 'utf8');
const key = readFileSync(new URL('../fixtures/tls-key.pem', import.meta.url), 'utf8');

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Taken {
  from: string;
  to: string[];
  secure: boolean;
  user: string | null;
  raw: string;
}

/** A real mail server that takes what it is sent, and asks for the login `desk` / `秘密`. */
async function mailServer(options: SMTPServerOptions = {}): Promise<{ port: number; taken: Taken[] }> {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    key,
    cert,
    authOptional: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'desk' && password === '秘密') done(null, { user: username });
      else done(new Error('Invalid username or password'));
    },
    onRcptTo: ({ address }, _session, done) => {
      done(address.startsWith('nobody') ? new Error('no such user') : null);
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
          raw: Buffer.concat(chunks).toString('utf8'),
        });
        done(null);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  endings.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  );
  return { port: (server.server.address() as AddressInfo).port, taken };
}

/** A server that does with a connection what a spec says. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

const message: MailMessage = {
  from: 'newsrelay@desk.example',
  to: ['duty@desk.example', 'chief@desk.example'],
  subject: 'Newsrelay 告警: 严重 渠道“合作日报”已暂停',
  text: '[严重] 2025-01-03 09:00:00\n渠道“合作日报”\n.\n..\r\nMAIL FROM:<x@y>\n',
  messageId: 'alm_1@desk.example',
  at: new Date('2025-01-03T01:00:00Z'),
};

const client = (options: Partial<GuardedMailOptions> = {}) =>
  new GuardedMail({
    allowTargets: ['127.0.0.0/8'],
    ca: cert,
    resolveName: () => Promise.resolve(['127.0.0.1']),
    ...options,
  });
const bound = (mail = client(), deadlineMs = 5_000, signal = new AbortController().signal) =>
  mail.bind({ signal, deadlineMs });
const at = (port: number, changes: Partial<MailServer> = {}): MailServer => ({
  host: 'outlet.test',
  port,
  security: 'starttls',
  login: null,
  ...changes,
});
const failureOf = async (sending: Promise<unknown>) =>
  sending.then(
    () => {
      throw new Error('a failure was expected');
    },
    (error: unknown) => error,
  );

/** A message's header and its text, decoded by hand. */
function read(raw: string): { subject: string; headers: string; text: string } {
  const [head = '', ...body] = raw.split('\r\n\r\n');
  const headers = head.replace(/\r\n[ \t]+/g, ' ');
  const subject = /^Subject: (.*)$/m.exec(headers)?.[1] ?? '';
  const decoded = subject
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_word, encoding: string, text: string) =>
      encoding.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : Buffer.from(
            text
              .replaceAll('_', ' ')
              .replace(/=([0-9A-F]{2})/g, (_code, hex: string) => String.fromCharCode(parseInt(hex, 16))),
            'latin1',
          ).toString('utf8'),
    );
  return { subject: decoded, headers, text: Buffer.from(body.join(''), 'base64').toString('utf8') };
}

describe('mail goes out', () => {
  it('by STARTTLS, with a login, to every recipient, as it was written', async () => {
    const { port, taken } = await mailServer();
    const login = { username: 'desk', password: '秘密' };
    const { response } = await bound().send(at(port, { login }), message);
    expect(response).toMatch(/^250/);
    expect(taken).toMatchObject([{ from: message.from, to: message.to, secure: true, user: 'desk' }]);
    const { subject, headers, text } = read(taken[0]?.raw ?? '');
    expect(subject).toBe(message.subject);
    expect(headers).toContain('Message-ID: <alm_1@desk.example>');
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(headers).toMatch(/^Date: Fri, 03 Jan 2025 01:00:00 \+0000$/m);
    expect(text.replaceAll('\r\n', '\n')).toBe(message.text.replaceAll('\r\n', '\n'));
  });

  it('by TLS from the first byte', async () => {
    const { port, taken } = await mailServer({ secure: true });
    await bound().send(at(port, { security: 'tls' }), message);
    expect(taken).toMatchObject([{ secure: true }]);
  });

  it('in the clear to an address of the allow list, if that is asked for', async () => {
    const { port, taken } = await mailServer({ hideSTARTTLS: true });
    await bound().send(at(port, { security: 'none' }), message);
    expect(taken).toMatchObject([{ secure: false }]);
  });
});

describe('mail for some recipients', () => {
  it('goes out to those that the server takes, and says which it does not', async () => {
    const { port, taken } = await mailServer();
    const to = ['duty@desk.example', 'nobody@desk.example'];
    const { rejected } = await bound().send(at(port), { ...message, to });
    expect(rejected).toEqual(['nobody@desk.example']);
    expect(taken).toMatchObject([{ to: ['duty@desk.example'] }]);
  });
});

describe('mail does not go out', () => {
  it('without TLS where TLS is asked for', async () => {
    const { port, taken } = await mailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    const login = { username: 'desk', password: '秘密' };
    const failure = await failureOf(bound().send(at(port, { login }), message));
    expect(String(failure)).toMatch(/STARTTLS/i);
    expect(taken).toEqual([]);
  });

  it('to a certificate that nobody vouches for', async () => {
    const { port, taken } = await mailServer({ secure: true });
    const strict = client({ ca: [] });
    const failure = await failureOf(bound(strict).send(at(port, { security: 'tls' }), message));
    expect(failure).toBeInstanceOf(OutboundFailure);
    expect(String(failure)).toMatch(/certificate/i);
    expect(taken).toEqual([]);
  });

  it('to a certificate of another name', async () => {
    const { port, taken } = await mailServer({ secure: true });
    const mail = client();
    const server = at(port, { host: 'mail.desk.example', security: 'tls' });
    const failure = await failureOf(bound(mail).send(server, message));
    expect(String(failure)).toMatch(/altname|does not match/i);
    expect(taken).toEqual([]);
  });

  it.each([
    ['a wrong login', { login: { username: 'desk', password: 'no' } }, {}, 535],
    ['an unknown recipient', {}, { to: ['nobody@desk.example'] }, 550],
  ])('with %s: the server’s no', async (_what, server, changes, code) => {
    const { port } = await mailServer();
    const failure = await failureOf(bound().send(at(port, server), { ...message, ...changes }));
    expect(failure).toBeInstanceOf(MailRefusal);
    expect(failure).toMatchObject({ code });
  });

  it.each([
    ['says nothing', () => undefined],
    ['drips', (socket: Socket) => void setInterval(() => socket.write('2'), 50).unref()],
  ] as const)('later than its deadline, to a server that %s', async (_what, behave) => {
    const port = await rawServer(behave);
    const before = performance.now();
    const failure = await failureOf(bound(client(), 400).send(at(port), message));
    expect(failure).toMatchObject({ kind: 'timeout' });
    expect(performance.now() - before).toBeLessThan(3_000);
  });

  it('once it is stopped', async () => {
    const port = await rawServer(() => undefined);
    const stop = new AbortController();
    const sending = failureOf(bound(client(), 5_000, stop.signal).send(at(port), message));
    setTimeout(() => {
      stop.abort();
    }, 100);
    expect(await sending).toMatchObject({ kind: 'aborted' });
  });

  it('to a server that is not there, or hangs up', async () => {
    expect(await failureOf(bound().send(at(1), message))).toMatchObject({ kind: 'connect', sent: false });
    const port = await rawServer((socket) => socket.end());
    expect(await failureOf(bound().send(at(port), message))).toMatchObject({ kind: 'broken' });
  });

  it('with lines that a subject or an address smuggles in', async () => {
    const { port, taken } = await mailServer();
    const subject = 'x\r\nBcc: everybody@desk.example\r\n\r\nbody';
    await bound().send(at(port), { ...message, subject });
    expect(taken[0]?.to).toEqual(message.to);
    expect(taken[0]?.raw).not.toMatch(/^Bcc:/m);
  });
});

describe('the rules of targets hold for mail', () => {
  const named = (...addresses: string[]) =>
    new GuardedMail({ allowTargets: [], resolveName: () => Promise.resolve(addresses) });
  const target = (host: string, port: number, security: MailServer['security']) => ({ host, port, security });

  it.each([
    ['a private address', target('10.0.0.5', 465, 'tls'), 'private'],
    ['loopback', target('127.0.0.1', 465, 'tls'), 'loopback'],
    ['this machine by name', target('localhost', 465, 'tls'), 'names this machine'],
    ['another port', target('mail.example', 25, 'starttls'), '465'],
    ['no TLS', target('mail.example', 587, 'none'), '465'],
    ['TLS on the port of STARTTLS', target('mail.example', 587, 'tls'), '465'],
    ['a public address in the clear', target('8.8.8.8', 25, 'none'), 'https'],
    ['an address in octal', target('0177.0.0.1', 465, 'tls'), 'host name'],
    ['an address as a number', target('2130706433', 465, 'tls'), 'host name'],
    ['a dot at the end', target('mail.example.', 465, 'tls'), 'dot'],
    ['what is no name', target('mail example', 465, 'tls'), 'host name'],
    ['a URL', target('mail.example/x', 465, 'tls'), 'host name'],
  ] as const)('%s is refused', async (_what, server, why) => {
    const mail = named('8.8.8.8');
    expect(await mail.resolveTarget(server)).toContain(why);
    const failure = await failureOf(bound(mail).send({ ...server, login: null }, message));
    expect(failure).toMatchObject({ kind: 'refused-target', sent: false });
  });

  it('by every address that a name leads to, when it is set up and when it is used', async () => {
    const server = target('mail.example', 465, 'tls');
    expect(await named('10.0.0.5', '8.8.8.8').resolveTarget(server)).toBeNull();
    expect(await named('10.0.0.5').resolveTarget(server)).toContain('private');
    const failure = await failureOf(bound(named('10.0.0.5')).send({ ...server, login: null }, message));
    expect(failure).toMatchObject({ kind: 'refused-target', sent: false });
  });

  it('a name that does not resolve may be set up, and fails when it is used', async () => {
    const mail = new GuardedMail({
      allowTargets: [],
      resolveName: () => Promise.reject(new Error('ENOTFOUND')),
    });
    const server = target('mail.example', 465, 'tls');
    expect(await mail.resolveTarget(server)).toBeNull();
    const failure = await failureOf(bound(mail).send({ ...server, login: null }, message));
    expect(failure).toMatchObject({ kind: 'connect' });
  });

  it('a name server that hangs holds nothing up beyond the deadline', async () => {
    const mail = new GuardedMail({ allowTargets: [], resolveName: () => new Promise(() => undefined) });
    const sending = bound(mail, 200).send({ ...target('mail.example', 465, 'tls'), login: null }, message);
    expect(await failureOf(sending)).toMatchObject({ kind: 'timeout' });
  });

  it('a name that changes its address after the check gains nothing: the socket gets the checked one', async () => {
    const { port, taken } = await mailServer();
    const answers = [['127.0.0.1'], ['10.0.0.5']];
    let asked = 0;
    const mail = client({ resolveName: () => Promise.resolve(answers[asked++] ?? ['10.0.0.5']) });
    await bound(mail).send(at(port), message);
    expect(asked).toBe(1);
    expect(taken).toHaveLength(1);
  });
});
