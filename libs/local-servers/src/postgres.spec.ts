import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';

import { startPostgres } from './postgres.js';
import { identityOf } from './process-identity.js';
import { temporaryDataDir, type TemporaryDataDir } from './temporary-data-dir.js';

const asRoot = process.getuid?.() === 0;

describe('postgres', () => {
  let folder: TemporaryDataDir;
  beforeEach(() => {
    folder = temporaryDataDir();
  });
  afterEach(() => folder.remove());

  async function ask(url: string, sql: string): Promise<Record<string, string>> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, string>>(sql);
      return rows[0] ?? {};
    } finally {
      await client.end();
    }
  }

  it('waits for the disk unless a test asks otherwise, and stores UTF-8', async () => {
    const server = await startPostgres({ dataDir: folder.path });
    try {
      expect(
        await ask(
          server.url,
          `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
             current_setting('server_encoding') AS encoding, current_setting('timezone') AS zone`,
        ),
      ).toEqual({ fsync: 'on', commit: 'on', encoding: 'UTF8', zone: 'UTC' });
    } finally {
      await server.stop();
    }
  });

  it('lets nobody in without the password, which only the owner of the data folder can read', async () => {
    const server = await startPostgres({ dataDir: folder.path, survivesPowerLoss: false });
    try {
      const other = new URL(server.url);
      other.password = 'guess';
      await expect(ask(other.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
      expect(statSync(join(folder.path, 'postgres-password')).mode & 0o777).toBe(0o600);
    } finally {
      await server.stop();
    }
  });

  it('ends a postmaster that no pid file names', async () => {
    const left = await startPostgres({ dataDir: folder.path, survivesPowerLoss: false });
    rmSync(join(folder.path, 'run', 'postgres.json'));
    const said: string[] = [];
    const next = await startPostgres({
      dataDir: folder.path,
      survivesPowerLoss: false,
      say: (line) => said.push(line),
    });
    try {
      expect(identityOf(left.pid)).toBeUndefined();
      expect(said.join('\n')).toContain(`ended process ${left.pid}`);
    } finally {
      await next.stop();
    }
  });

  it('starts over a postmaster.pid whose number now belongs to a stranger', async () => {
    const first = await startPostgres({ dataDir: folder.path, survivesPowerLoss: false });
    const file = join(folder.path, 'postgres', 'data', 'postmaster.pid');
    const text = readFileSync(file, 'utf8');
    await first.stop();
    writeFileSync(file, text.replace(/^\d+/, String(process.pid)));

    const second = await startPostgres({ dataDir: folder.path, survivesPowerLoss: false });
    expect(second.running).toBe(true);
    await second.stop();
  });

  it('comes back after kill -9 while the processes of many connections still end', async () => {
    const server = await startPostgres({ dataDir: folder.path, survivesPowerLoss: false });
    const clients: Client[] = [];
    try {
      for (let time = 0; time < 3; time += 1) {
        for (let count = 0; count < 40; count += 1) {
          const client = new Client({ connectionString: server.url });
          client.on('error', () => undefined);
          clients.push(client);
          await client.connect();
          // A process at work does not look up from it before it is done.
          client.query('SELECT sum(n) FROM generate_series(1, 300000) n').catch(() => undefined);
        }
        await server.kill('SIGKILL');
        await server.restart();
        expect(await ask(server.url, 'SELECT 1 AS one')).toEqual({ one: 1 });
      }
    } finally {
      await Promise.allSettled(clients.map((client) => client.end()));
      await server.stop();
    }
  }, 120_000);

  it('refuses a cluster of another major version by name', async () => {
    const cluster = join(folder.path, 'postgres', 'data');
    mkdirSync(cluster, { recursive: true });
    writeFileSync(join(cluster, 'PG_VERSION'), '15\n');
    await expect(startPostgres({ dataDir: folder.path })).rejects.toThrow('was made by PostgreSQL 15');
  });

  (asRoot ? it : it.skip)(
    'as root below a folder of mode 0700 it lies outside, says so, and stays there',
    async () => {
      chmodSync(folder.path, 0o700);
      const dataDir = join(folder.path, 'var');
      mkdirSync(dataDir);
      const said: string[] = [];
      const first = await startPostgres({
        dataDir,
        survivesPowerLoss: false,
        say: (line) => said.push(line),
      });
      const place = readFileSync(join(dataDir, 'postgres-lies-in'), 'utf8').trim();
      try {
        expect(said.join('\n')).toContain(`the database lies in ${place}`);
        expect(existsSync(join(place, 'data', 'PG_VERSION'))).toBe(true);
        await ask(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
        await first.stop();

        const second = await startPostgres({ dataDir, survivesPowerLoss: false });
        expect(await ask(second.url, 'SELECT one FROM kept')).toEqual({ one: 1 });
        await second.stop();
      } finally {
        await first.stop();
        rmSync(place, { recursive: true, force: true });
      }
    },
  );
});
