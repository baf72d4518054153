import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { Client } from 'pg';

import { freePort, isPortFree } from './free-port.js';
import { startNats } from './nats.js';
import { InUseError, readPidFile } from './pid-file.js';
import { startPostgres } from './postgres.js';
import { identityOf, isRunning } from './process-identity.js';
import { startRedis } from './redis.js';
import { ServerStartError, type LocalServer, type StartOptions } from './server-process.js';
import { temporaryDataDir, type TemporaryDataDir } from './temporary-data-dir.js';

interface Store {
  readonly name: string;
  readonly start: (options: StartOptions) => Promise<LocalServer>;
  readonly put: (url: string, value: string) => Promise<void>;
  /** Everything that was put, in order. */
  readonly all: (url: string) => Promise<string[]>;
}

const stores: Store[] = [
  {
    name: 'nats',
    start: startNats,
    async put(url, value) {
      const connection = await connectNats({ servers: url });
      try {
        await (await jetstreamManager(connection)).streams.add({ name: 'KEPT', subjects: ['kept'] });
        await jetstream(connection).publish('kept', value);
      } finally {
        await connection.close();
      }
    },
    async all(url) {
      const connection = await connectNats({ servers: url });
      try {
        const { streams } = await jetstreamManager(connection);
        const { state } = await streams.info('KEPT');
        const values: string[] = [];
        for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
          values.push((await streams.getMessage('KEPT', { seq }))?.string() ?? 'lost');
        }
        return values;
      } finally {
        await connection.close();
      }
    },
  },
  {
    name: 'redis',
    start: startRedis,
    async put(url, value) {
      const redis = new Redis(url);
      await redis.rpush('kept', value);
      await redis.quit();
    },
    async all(url) {
      const redis = new Redis(url);
      const values = await redis.lrange('kept', 0, -1);
      await redis.quit();
      return values;
    },
  },
  {
    name: 'postgres',
    start: startPostgres,
    async put(url, value) {
      await withClient(url, async (client) => {
        await client.query('CREATE TABLE IF NOT EXISTS kept (id serial, value text)');
        await client.query('INSERT INTO kept (value) VALUES ($1)', [value]);
      });
    },
    all(url) {
      return withClient(url, async (client) => {
        const { rows } = await client.query<{ value: string }>('SELECT value FROM kept ORDER BY id');
        return rows.map(({ value }) => value);
      });
    },
  },
];

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe.each(stores)('$name', ({ name, start, put, all }) => {
  let folder: TemporaryDataDir;
  let started: LocalServer[];

  async function startOne(options: Partial<StartOptions> = {}): Promise<LocalServer> {
    const server = await start({ dataDir: folder.path, ...options });
    started.push(server);
    return server;
  }

  beforeEach(() => {
    folder = temporaryDataDir();
    started = [];
  });
  afterEach(async () => {
    for (const server of started) await server.stop();
    await folder.remove();
  });

  it('keeps its data over kill -9 and serves them again on the same port', async () => {
    const server = await startOne();
    await put(server.url, 'before 橙香');
    const { url, pid } = server;

    await server.kill('SIGKILL');
    expect(server.running).toBe(false);
    expect(identityOf(pid)).toBeUndefined();

    await server.restart();
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    await put(server.url, 'after');
    expect(await all(server.url)).toEqual(['before 橙香', 'after']);
  });

  it('keeps its data over an orderly stop, removes its pid file, and starts again on another port', async () => {
    const first = await startOne();
    await put(first.url, 'kept');
    await first.stop();
    expect(readPidFile(join(folder.path, 'run', `${name}.json`))).toBeUndefined();
    expect(await isPortFree(first.port)).toBe(true);

    const second = await startOne({ port: await freePort() });
    expect(await all(second.url)).toEqual(['kept']);
  });

  it('tells an end that nobody asked for from one that was asked for', async () => {
    const server = await startOne();
    const exits: boolean[] = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    server.onExit(({ expected }) => {
      exits.push(expected);
      resolve(undefined);
    });
    process.kill(server.pid, 'SIGKILL');
    await promise;
    await server.restart();
    await server.stop();
    expect(exits).toEqual([false, true]);
  });

  it('ends what a killed launcher left running and takes over its data', async () => {
    const left = await startOne();
    await put(left.url, 'kept');
    giveToDeadLauncher(join(folder.path, 'run', `${name}.json`));

    const said: string[] = [];
    const orphan = { pid: left.pid };
    const next = await startOne({ say: (line) => said.push(line) });
    expect(identityOf(orphan.pid)).toBeUndefined();
    expect(said.join('\n')).toContain(`ended process ${orphan.pid}`);
    expect(await all(next.url)).toEqual(['kept']);
  });

  it('leaves a stranger alone that now has the pid of a former server', async () => {
    const server = await startOne();
    const file = join(folder.path, 'run', `${name}.json`);
    giveToDeadLauncher(file);
    const record = readPidFile(file);
    await server.stop();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      writeFileSync(file, JSON.stringify({ ...record, process: { ...record?.process, pid: stranger.pid } }));
      await startOne();
      expect(stranger.exitCode).toBeNull();
      expect(stranger.signalCode).toBeNull();
      expect(identityOf(stranger.pid ?? 0)).toBeDefined();
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('refuses a folder whose launcher still runs', async () => {
    await startOne();
    await expect(start({ dataDir: folder.path })).rejects.toThrow(InUseError);
  });

  it('names a port that is taken', async () => {
    const port = await freePort();
    const taker = createServer().listen(port, '127.0.0.1');
    try {
      const refusal = start({ dataDir: folder.path, port });
      await expect(refusal).rejects.toThrow(ServerStartError);
      await expect(refusal).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
    } finally {
      await new Promise((closed) => taker.close(closed));
    }
  });

  it('runs beside another one of its kind', async () => {
    const other = temporaryDataDir();
    const one = await startOne();
    const two = await start({ dataDir: other.path });
    try {
      expect(two.port).not.toBe(one.port);
      await put(one.url, 'one');
      await put(two.url, 'two');
      expect(await all(one.url)).toEqual(['one']);
      expect(await all(two.url)).toEqual(['two']);
    } finally {
      await two.stop();
      await other.remove();
    }
  });
});

/** Rewrites a pid file as if the launcher that wrote it were gone; the server itself goes on. */
function giveToDeadLauncher(file: string): void {
  const record = readPidFile(file);
  if (record === undefined || !isRunning(record.process)) throw new Error(`no running process in ${file}`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(record.owner.startedAt, 'another boot'));
}
