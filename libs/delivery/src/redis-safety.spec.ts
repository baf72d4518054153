import { afterEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import type { Logger } from '@newsrelay/telemetry/logger';
import { producerConnection } from './queue.js';
import { judgeRedis, readRedisSettings, RedisSafety } from './redis-safety.js';

const WAIT = { timeoutMs: 20_000 };

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function redisServer(...settings: string[]): Promise<LocalServer> {
  const data = temporaryDataDir();
  endings.push(() => data.remove());
  const server = await startRedis({ dataDir: data.path, settings });
  endings.push(() => server.stop());
  return server;
}

function connected(url: string): Redis {
  const redis = producerConnection(url);
  endings.push(() => {
    redis.disconnect();
  });
  return redis;
}

async function ready(url: string): Promise<Redis> {
  const redis = connected(url);
  await pollUntil('Redis', () => redis.status === 'ready', WAIT);
  return redis;
}

function watched(redis: Redis) {
  const warned: string[] = [];
  const logger = {
    warn: ({ reason }: { reason: string }) => warned.push(reason),
  } as unknown as Logger;
  const safety = new RedisSafety(redis, logger);
  safety.start();
  endings.push(() => safety.stop());
  return { safety, warned };
}

describe('judgeRedis', () => {
  const safe = { maxMemory: 0, policy: 'noeviction', appendOnly: true };

  it.each([
    ['what we start', {}, false, false],
    ['a limit without eviction', { maxMemory: 1 }, false, false],
    ['a policy that no limit makes use of', { policy: 'allkeys-lru' }, false, false],
    ['eviction of any key', { maxMemory: 1, policy: 'allkeys-lru' }, true, false],
    // Locks of jobs have a time to live.
    ['eviction of keys that expire', { maxMemory: 1, policy: 'volatile-ttl' }, true, false],
    ['a policy whose limit is not told', { maxMemory: null, policy: 'allkeys-lfu' }, true, false],
    ['no append-only file', { appendOnly: false }, false, true],
    ['nothing told', { maxMemory: null, policy: null, appendOnly: null }, false, false],
  ])('%s', (_what, settings, eviction, persistence) => {
    const verdict = judgeRedis({ ...safe, ...settings });
    expect(verdict.eviction !== null).toBe(eviction);
    expect(verdict.persistence !== null).toBe(persistence);
  });
});

describe('RedisSafety', () => {
  it('has nothing against the Redis that we start', async () => {
    const server = await redisServer();
    const { safety, warned } = watched(await ready(server.url));
    await pollUntil('the verdict', () => safety.eviction === null, WAIT);
    expect(safety.persistence).toBeNull();
    expect(warned).toEqual([]);
  });

  it('says what is wrong with one that evicts, and how to set it right', async () => {
    const server = await redisServer('--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru');
    const redis = await ready(server.url);
    const { safety, warned } = watched(redis);
    await pollUntil('the verdict', () => safety.persistence === null, WAIT);
    expect(safety.eviction).toContain('maxmemory-policy allkeys-lru');
    expect(safety.eviction).toContain('set maxmemory-policy noeviction');
    expect(warned).toEqual([safety.eviction]);
    // Set right while it runs.
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    await pollUntil('the next look', () => safety.eviction === null, WAIT);
    expect(warned).toHaveLength(1);
  });

  it('says that one without an append-only file costs time, and no more', async () => {
    const server = await redisServer('--appendonly', 'no');
    const { safety, warned } = watched(await ready(server.url));
    await pollUntil('the verdict', () => safety.eviction === null, WAIT);
    expect(safety.persistence).toContain('set appendonly yes');
    expect(warned).toEqual([safety.persistence]);
  });

  it('asks anew whoever answers after the connection was lost, and says nothing of one that is away', async () => {
    const server = await redisServer();
    const redis = await ready(server.url);
    const { safety } = watched(redis);
    await pollUntil('the verdict', () => safety.eviction === null, WAIT);
    await server.kill();
    await pollUntil('the loss', () => redis.status !== 'ready', WAIT);
    expect([safety.eviction, safety.persistence]).toEqual([null, null]);

    const port = Number(new URL(server.url).port);
    const data = temporaryDataDir();
    endings.push(() => data.remove());
    const settings = ['--maxmemory', '64mb', '--maxmemory-policy', 'volatile-lru', '--appendonly', 'no'];
    const other = await startRedis({ dataDir: data.path, port, settings });
    endings.push(() => other.stop());
    await pollUntil('the verdict', () => safety.eviction?.includes('volatile-lru') === true, WAIT);
    expect(safety.persistence).toContain('append-only');
  });
});

describe('readRedisSettings', () => {
  const expected = { maxMemory: 64 * 1024 * 1024, policy: 'allkeys-lru', appendOnly: false };

  it.each([
    ['CONFIG is forbidden, as on managed servers', '-config', expected],
    ['INFO is forbidden', '-info', expected],
    ['both are forbidden', '-config -info', { maxMemory: null, policy: null, appendOnly: null }],
  ])('where %s', async (_what, rights, settings) => {
    const server = await redisServer(
      ...['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru', '--appendonly', 'no'],
    );
    const admin = await ready(server.url);
    await admin.call(
      'ACL',
      'SETUSER',
      'limited',
      'on',
      '>password',
      '~*',
      '&*',
      '+@all',
      ...rights.split(' '),
    );
    const limited = await ready(server.url.replace('//', '//limited:password@'));
    expect(await readRedisSettings(limited)).toEqual(settings);
  });
});
