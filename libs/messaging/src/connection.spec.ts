import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@newsrelay/local-servers/free-port';
import { startNats } from '@newsrelay/local-servers/nats';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { findProgram } from '@newsrelay/local-servers/find-program';
import { temporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { JetStreamConnection } from './connection.js';
import { LogLines, WAIT } from './test-bench.js';

const log = new LogLines();
const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  log.lines.length = 0;
});

function open(url: string): JetStreamConnection {
  const connection = new JetStreamConnection({ url, name: 'spec', log });
  undo.push(async () => connection.drain());
  connection.start();
  return connection;
}

async function startPlain(port: number, ...args: string[]): Promise<void> {
  const server = spawn(findProgram('nats-server') ?? 'nats-server', [
    ...['--addr', '127.0.0.1', '--port', String(port)],
    ...args,
  ]);
  undo.push(async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  });
  await once(server.stderr, 'data');
}

async function connected(connection: JetStreamConnection): Promise<void> {
  await pollUntil('connected', () => connection.notReadyBecause() === null, WAIT);
}

describe('NATS absent at start', () => {
  it('is said at most once a second, shown as not ready, and found when it arrives', async () => {
    const port = await freePort();
    const connection = open(`nats://127.0.0.1:${port}`);
    const begun = performance.now();
    await pollUntil('three seconds of absence', () => performance.now() - begun > 3_000, WAIT);
    expect(connection.notReadyBecause()).toMatch(/127\.0\.0\.1:\d+ is not reached: .*refused/i);
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(warnings.length).toBeGreaterThanOrEqual(1);
    warnings.slice(1).forEach(({ at }, index) => {
      expect(at - (warnings[index]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
    });

    const folder = temporaryDataDir();
    undo.push(async () => folder.remove());
    const server = await startNats({ dataDir: folder.path, port });
    undo.push(async () => server.stop());
    await connected(connection);
    expect(log.lines.filter(({ message }) => message === 'NATS is reached')).toHaveLength(1);
  });

  it('does not keep a shutdown from ending', async () => {
    const connection = open(`nats://127.0.0.1:${await freePort()}`);
    const begun = performance.now();
    await connection.drain();
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(connection.notReadyBecause()).toBe('shut down');
  });
});

describe('a session', () => {
  it('is lost when the server dies, and another begins when it is back', async () => {
    const folder = temporaryDataDir();
    undo.push(async () => folder.remove());
    const server = await startNats({ dataDir: folder.path });
    undo.push(async () => server.stop());
    const connection = open(server.url);
    const first = await connection.session(AbortSignal.timeout(WAIT.timeoutMs));
    await server.kill('SIGKILL');
    await pollUntil('the loss is noticed', () => first.lost.aborted, WAIT);
    expect(connection.current()).toBeUndefined();
    expect(connection.notReadyBecause()).toMatch(/lost/);
    await server.restart();
    const second = await connection.session(AbortSignal.timeout(WAIT.timeoutMs));
    expect(second).not.toBe(first);
    expect(second.lost.aborted).toBe(false);
  });

  it('begins again even after the client has closed the connection for good', async () => {
    const port = await freePort();
    await startPlain(port);
    const connection = open(`nats://127.0.0.1:${port}`);
    const first = await connection.session(AbortSignal.timeout(WAIT.timeoutMs));
    await first.nats.close();
    await pollUntil('another session', () => ![undefined, first].includes(connection.current()), WAIT);
  });

  it('is awaited until the signal says otherwise', async () => {
    const connection = open(`nats://127.0.0.1:${await freePort()}`);
    await expect(connection.session(AbortSignal.timeout(100))).rejects.toThrow(/timeout/);
  });
});

describe('credentials', () => {
  it.each([
    ['user and password', 'editor:p%3Aw@', ['--user', 'editor', '--pass', 'p:w']],
    ['token', 't0ken@', ['--auth', 't0ken']],
  ])('%s come from the URL', async (_name, userInfo, args) => {
    const port = await freePort();
    await startPlain(port, ...args);
    await connected(open(`nats://${userInfo}127.0.0.1:${port}`));
    const stranger = open(`nats://127.0.0.1:${port}`);
    await pollUntil('refused', () => /authorization/i.test(stranger.notReadyBecause() ?? ''), WAIT);
    expect(JSON.stringify(log.lines)).not.toMatch(/p:w|p%3Aw|t0ken/);
  });
});
