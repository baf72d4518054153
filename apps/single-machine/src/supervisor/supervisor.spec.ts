import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SettingsError } from '@newsrelay/config/environment';
import { launcherSettings, type LauncherSettings } from '@newsrelay/config/launcher';
import { freePort } from '@newsrelay/local-servers/free-port';
import { readPidFile } from '@newsrelay/local-servers/pid-file';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { identityOf } from '@newsrelay/local-servers/process-identity';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { Terminal } from '../terminal.js';
import { Supervisor, type Scripts } from './supervisor.js';

const FOLLOW_PARENT = fileURLToPath(new URL('../follow-parent.ts', import.meta.url));
const PARTS = ['http', 'workers', 'nats', 'redis', 'postgres'] as const;

/** A process with the probes of a service; `/crash` ends it, `/environment` shows what it was given. */
const STAND_IN = `
import { createServer } from 'node:http';
import { followParent } from ${JSON.stringify(FOLLOW_PARENT)};
const port = Number(process.env[process.argv[1].endsWith('http.mjs') ? 'NEWSRELAY_PORT' : 'NEWSRELAY_WORKERS_PORT']);
const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(3);
  if (request.url === '/environment') return response.end(JSON.stringify(process.env));
  response.end(JSON.stringify({ ready: true, parts: {} }));
});
const close = () => new Promise((done) => { server.close(done); server.closeAllConnections(); });
followParent(close);
process.once('SIGTERM', () => {
  console.log(JSON.stringify({ level: 'warn', msg: 'stand-in ends' }));
  void close().then(() => process.exit(0));
});
server.listen(port, process.env.NEWSRELAY_BIND);
`;

describe('Supervisor', () => {
  let folder: TemporaryDataDir;
  let scripts: Scripts;
  let settings: LauncherSettings;
  let out: PassThrough;
  let said: string;
  let supervisors: Supervisor[];

  function supervisor(changed: Partial<LauncherSettings> = {}): Supervisor {
    const terminal = new Terminal(out as unknown as NodeJS.WriteStream);
    const made = new Supervisor({ ...settings, ...changed }, terminal, scripts);
    supervisors.push(made);
    return made;
  }

  function pidOf(part: string): number | undefined {
    return readPidFile(join(settings.dataDir, 'run', `${part}.json`))?.process.pid;
  }

  async function saidLine(line: string): Promise<void> {
    await pollUntil(`"${line}" on the console`, () => said.includes(line), { timeoutMs: 15_000 });
  }

  beforeEach(async () => {
    folder = temporaryDataDir();
    scripts = { http: join(folder.path, 'http.mjs'), workers: join(folder.path, 'workers.mjs') };
    for (const script of Object.values(scripts) as string[]) writeFileSync(script, STAND_IN);
    const dataDir = join(folder.path, 'data folder');
    mkdirSync(dataDir);
    settings = { ...launcherSettings({}), dataDir, port: await freePort() };
    supervisors = [];
    said = '';
    out = new PassThrough();
    out.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  });
  afterEach(async () => {
    for (const each of supervisors) await each.stop();
    await folder.remove();
  });

  it('starts everything, hands on the settings, and leaves nothing behind', async () => {
    const one = supervisor();
    const running = await one.start();
    expect(running.localUrl).toBe(`http://127.0.0.1:${settings.port ?? 0}`);
    const answer = await fetch(`${running.localUrl}/environment`);
    expect(await answer.json()).toMatchObject({
      NEWSRELAY_PORT: String(settings.port),
      NEWSRELAY_PUBLIC_URL: running.localUrl,
      NEWSRELAY_ADMIN_KEY: running.adminKey.value,
      NEWSRELAY_ENCRYPTION_KEY: running.encryptionKey.value,
      NEWSRELAY_WORKERS_PORT: expect.stringMatching(/^\d+$/) as unknown,
      DATABASE_URL: expect.stringMatching(/^postgres:/) as unknown,
      REDIS_URL: expect.stringMatching(/^redis:/) as unknown,
      NATS_URL: expect.stringMatching(/^nats:/) as unknown,
    });
    const pids = PARTS.map((part) => pidOf(part) ?? 0);
    expect(pids.every((pid) => identityOf(pid) !== undefined)).toBe(true);

    await one.stop();
    expect(pids.filter((pid) => identityOf(pid) !== undefined)).toEqual([]);
    expect(PARTS.map(pidOf)).toEqual(PARTS.map(() => undefined));
    expect(readFileSync(join(settings.dataDir, 'logs', 'http.log'), 'utf8')).toContain('stand-in ends');
    expect(said).toContain('http warning: stand-in ends');
  });

  it('starts a crashed process and a killed server again where they were, and says so', async () => {
    const { localUrl } = await supervisor().start();
    const former = pidOf('http');
    await fetch(`${localUrl}/crash`).catch(() => undefined);
    await saidLine('http ended unasked (exit code 3); starting it again');
    await pollUntil(
      'http again',
      () =>
        fetch(`${localUrl}/health/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      {
        timeoutMs: 15_000,
      },
    );
    expect(pidOf('http')).not.toBe(former);

    const redis = readPidFile(join(settings.dataDir, 'run', 'redis.json'));
    process.kill(redis?.process.pid ?? 0, 'SIGKILL');
    await saidLine('redis runs again');
    expect(readPidFile(join(settings.dataDir, 'run', 'redis.json'))?.port).toBe(redis?.port);
  });

  it('refuses a second start on the same folder and leaves the first one alone', async () => {
    const { localUrl } = await supervisor().start();
    const second = supervisor({ port: await freePort() });
    await expect(second.start()).rejects.toThrow(`is in use by the Newsrelay process ${process.pid}`);
    await second.stop();
    expect((await fetch(`${localUrl}/health/ready`)).ok).toBe(true);
  });

  it('names the setting when its port is taken, before anything is started', async () => {
    const taker = createServer().listen(settings.port ?? 0, '127.0.0.1');
    try {
      await expect(supervisor().start()).rejects.toThrow(/is taken by another program: .* NEWSRELAY_PORT/);
      expect(PARTS.map(pidOf)).toEqual(PARTS.map(() => undefined));
    } finally {
      await new Promise((closed) => taker.close(closed));
    }
  });

  it('names the setting when its address is not of this machine', async () => {
    await expect(supervisor({ bind: '192.0.2.1' }).start()).rejects.toThrow(SettingsError);
  });

  it('gives up a process that ends again and again before it was ever ready', async () => {
    writeFileSync(scripts.workers, `throw new Error('no such module');`);
    await expect(supervisor().start()).rejects.toThrow(
      /workers ended 4 times before it was ready: see .*workers.log/,
    );
    expect(said).toContain('workers: Error: no such module');
  });

  it('ends at once when it is told to', async () => {
    const one = supervisor();
    await one.start();
    const pids = PARTS.map((part) => pidOf(part) ?? 0);
    await one.halt();
    for (const pid of pids) {
      await pollUntil(`end of ${pid}`, () => identityOf(pid) === undefined, { timeoutMs: 5000 });
    }
  });

  it('ends in order while it is still starting', async () => {
    const one = supervisor();
    const starting = one.start();
    await pollUntil('the first server', () => pidOf('nats') !== undefined, { timeoutMs: 15_000 });
    await one.stop();
    await expect(starting).rejects.toThrow();
    expect(PARTS.map(pidOf)).toEqual(PARTS.map(() => undefined));
  });
});
