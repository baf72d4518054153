import { Redis } from 'ioredis';
import type { Servers } from './servers.js';

/** What Redis says that its data takes, MiB, and how many keys it has. */
export async function redisUse(servers: Servers): Promise<{ usedMiB: number; keys: number }> {
  const redis = new Redis(servers.redisUrl, { lazyConnect: true });
  await redis.connect();
  try {
    const used = /used_memory:(\d+)/.exec(await redis.info('memory'))?.[1];
    if (used === undefined) throw new Error('Redis does not say how much memory it uses');
    return { usedMiB: Number(used) / 2 ** 20, keys: await redis.dbsize() };
  } finally {
    redis.disconnect();
  }
}
