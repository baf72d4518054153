import { afterEach, describe, expect, it } from '@jest/globals';
import { DeliveryQueue, producerConnection } from '@newsrelay/delivery/queue';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { redisStatus } from './redis-status.js';

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

/** As an operator is told of it, at once after a start. */
function statusOf(url: string) {
  const redis = producerConnection(url);
  const queue = new DeliveryQueue(redis);
  endings.push(async () => {
    await queue.close().catch(() => undefined);
    redis.disconnect();
  });
  return { redis, status: () => redisStatus(queue, redis) };
}

describe('the Redis of the queues', () => {
  it('as we start it has nothing against it', async () => {
    const server = await redisServer();
    expect(await statusOf(server.url).status()).toEqual({ up: true, eviction: null, persistence: null });
  });

  it('that was set up otherwise is told with the fix, and no more once that is done', async () => {
    const server = await redisServer(
      ...['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru', '--appendonly', 'no'],
    );
    const { redis, status } = statusOf(server.url);
    expect(await status()).toEqual({
      up: true,
      eviction: expect.stringContaining('set maxmemory-policy noeviction'),
      persistence: expect.stringContaining('set appendonly yes'),
    });
    await redis.config('SET', 'maxmemory-policy', 'noeviction', 'appendonly', 'yes');
    expect(await status()).toEqual({ up: true, eviction: null, persistence: null });
  });

  it('that is away is told as that', async () => {
    const server = await redisServer();
    const { status } = statusOf(server.url);
    expect(await status()).toMatchObject({ up: true });
    await server.stop();
    expect(await status()).toEqual({ up: false, reason: expect.stringContaining('not reached') });
  });
});
