import { startNats } from '@newsrelay/local-servers/nats';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Closing } from './closing.js';

/** The servers of the single-machine mode, as it runs them. */
export interface Servers {
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly pids: readonly number[];
  /** One of `pids`. */
  readonly postgresPid: number;
}

export async function startServers(dataDir: string, closing: Closing): Promise<Servers> {
  const start = async (
    starter: (options: { dataDir: string }) => Promise<LocalServer>,
  ): Promise<LocalServer> => {
    const server = await starter({ dataDir });
    closing.add(() => server.stop());
    return server;
  };
  // All of them settle before a failure is reported: none may be left running that nobody knows of.
  const [nats, redis, postgres] = (
    await Promise.allSettled([start(startNats), start(startRedis), start(startPostgres)])
  ).map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  if (nats === undefined || redis === undefined || postgres === undefined)
    throw new Error('a server is missing');
  return {
    natsUrl: nats.url,
    redisUrl: redis.url,
    databaseUrl: postgres.url,
    pids: [nats.pid, redis.pid, postgres.pid],
    postgresPid: postgres.pid,
  };
}

/** What the servers say about themselves: versions, and how safely they write. */
export async function serverFacts(servers: Servers): Promise<Record<string, string>> {
  const client = new pg.Client(servers.databaseUrl);
  await client.connect();
  const show = async (setting: string): Promise<string> =>
    String((await client.query<Record<string, string>>(`show ${setting}`)).rows[0]?.[setting]);
  const postgres = [
    `PostgreSQL ${await show('server_version')}`,
    `fsync ${await show('fsync')}, synchronous_commit ${await show('synchronous_commit')}`,
  ];
  await client.end();
  const redis = new Redis(servers.redisUrl, { lazyConnect: true });
  await redis.connect();
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
  const fsync = (await redis.config('GET', 'appendfsync'))[1] ?? 'unknown';
  redis.disconnect();
  const nats = await connect({ servers: servers.natsUrl });
  const natsVersion = nats.info?.version ?? 'unknown';
  await nats.close();
  return {
    postgresql: postgres.join(', '),
    redis: `Redis ${version}, append-only file, fsync ${fsync}`,
    nats: `nats-server ${natsVersion}, streams in files, fsync every 2 minutes (its default)`,
  };
}

/** One statement behind the services' backs. */
export async function queryLedger<R extends pg.QueryResultRow>(
  servers: Servers,
  statement: string,
): Promise<R[]> {
  const client = new pg.Client(servers.databaseUrl);
  await client.connect();
  try {
    return (await client.query<R>(statement)).rows;
  } finally {
    await client.end();
  }
}
