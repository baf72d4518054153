import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { QUEUES } from '@newsrelay/contracts/subjects';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { createLogger } from '@newsrelay/telemetry/logger';
import { DeliveryQueue, producerConnection } from './queue.js';
import { DeliveryWorkers } from './worker.js';

const WAIT = { timeoutMs: 30_000 };

describe('workers', () => {
  let data: TemporaryDataDir;
  let server: LocalServer;
  let redis: Redis;
  let queue: DeliveryQueue;
  let workers: DeliveryWorkers;
  let heard: string[];
  let silent: string[];
  const deaf = new Set<string>();

  beforeAll(async () => {
    data = temporaryDataDir();
    server = await startRedis({ dataDir: data.path });
    redis = producerConnection(server.url);
    queue = new DeliveryQueue(redis);
    heard = [];
    silent = [];
    workers = new DeliveryWorkers({
      redisUrl: server.url,
      heard: (action, { deliveryId, channelId }) => {
        heard.push(`${action} ${channelId} ${deliveryId}`);
      },
      silent: (lane) => {
        silent.push(lane);
      },
      logger: createLogger('spec', 'silent'),
      workerOptions: (lane) => ({ autorun: !deaf.has(lane) }),
    });
    workers.start();
  }, 60_000);

  afterAll(async () => {
    await workers.stop();
    await queue.close().catch(() => undefined);
    redis.disconnect();
    await server.stop();
    await data.remove();
  }, 30_000);

  const due = (id: string, action: 'publish' | 'withdraw' = 'publish') => ({
    id,
    action,
    channelId: 'partner',
  });

  it('hear of each delivery once, at once or later, and leave no job behind', async () => {
    await queue.add([due('dlv_a'), due('dlv_b', 'withdraw')]);
    await queue.addLater([{ ...due('dlv_c'), inMs: 300 }]);
    await pollUntil('all three', () => heard.length === 3, WAIT);
    expect(heard.toSorted()).toEqual([
      'publish partner dlv_a',
      'publish partner dlv_c',
      'withdraw partner dlv_b',
    ]);
    const counts = await Promise.all(queue.lanes().map((lane) => lane.getJobCounts()));
    for (const count of counts) expect(Object.values(count).every((jobs) => jobs === 0)).toBe(true);
  });

  it('put a name to what has no job, once', async () => {
    await queue.addLater([{ ...due('dlv_later'), inMs: 3_600_000 }]);
    expect(await queue.addMissing([due('dlv_later')])).toBe(1);
    await pollUntil('it', () => heard.includes('publish partner dlv_later'), WAIT);
  });

  it('are opened anew when they hear nothing while jobs wait', async () => {
    await workers.stop();
    // A worker whose connection lives and that fetches nothing: what a reconnect makes of one now and then.
    deaf.add(QUEUES.deliveries);
    workers.start();
    deaf.clear();
    await queue.add([due('dlv_unheard')]);
    await pollUntil('the watchdog', () => silent.length > 0, WAIT);
    expect(silent).toEqual([QUEUES.deliveries]);
    await pollUntil('the delivery', () => heard.includes('publish partner dlv_unheard'), WAIT);
  }, 60_000);
});
