import type { Redis } from 'ioredis';
import type { DeliveryQueue } from '@newsrelay/delivery/queue';
import { judgeRedis, readRedisSettings, type RedisVerdict } from '@newsrelay/delivery/redis-safety';

export type RedisStatus = ({ up: true } & RedisVerdict) | { up: false; reason: string };

/** Whether the Redis of the queues is set up for them; while it is away that is what is said. */
export async function redisStatus(queue: DeliveryQueue, redis: Redis): Promise<RedisStatus> {
  try {
    await queue.reached();
    return { up: true, ...judgeRedis(await readRedisSettings(redis)) };
  } catch (error) {
    return { up: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
