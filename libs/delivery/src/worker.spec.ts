import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { createLogger } from '@newsrelay/telemetry/logger';
import type { JobFate } from './attempt.js';
import { DeliveryQueue, producerConnection } from './queue.js';
import { DeliveryWorkers } from './worker.js';

const WAIT = { timeoutMs: 20_000 };

describe('workers that are stopped in the middle of a turn', () => {
  let data: TemporaryDataDir;
  let server: LocalServer;
  let redis: Redis;
  let queue: DeliveryQueue;
  let workers: DeliveryWorkers;
  let stopped: boolean;
  let turn: PromiseWithResolvers<JobFate>;
  let signal: AbortSignal | undefined;

  beforeEach(async () => {
    data = temporaryDataDir();
    server = await startRedis({ dataDir: data.path });
    redis = producerConnection(server.url);
    queue = new DeliveryQueue(redis);
    turn = Promise.withResolvers();
    signal = undefined;
    stopped = false;
    workers = new DeliveryWorkers({
      redisUrl: server.url,
      concurrency: 1,
      withdrawalConcurrency: 1,
      run: (_id, stopping) => {
        signal = stopping;
        return turn.promise;
      },
      logger: createLogger('spec', 'silent'),
    });
    workers.start();
    await queue.add([{ id: 'dlv_under_way', action: 'publish' }]);
    await pollUntil('the turn', () => signal !== undefined, WAIT);
  }, 60_000);

  afterEach(async () => {
    await queue.close().catch(() => undefined);
    redis.disconnect();
    await server.stop();
    await data.remove();
  }, 30_000);

  const stop = async (graceMs: number) => {
    await workers.stop(graceMs);
    stopped = true;
  };

  it('let it end, with Redis there or not', async () => {
    await server.kill('SIGKILL');
    const stopping = stop(60_000);
    await pollUntil('the worker has noticed', () => redis.status !== 'ready', WAIT);
    expect(stopped).toBe(false);
    turn.resolve({ done: true });
    await stopping;
    expect(signal?.aborted).toBe(false);
  }, 60_000);

  it('abort it when its grace is over', async () => {
    await server.kill('SIGKILL');
    const stopping = stop(200);
    await pollUntil('the abort', () => signal?.aborted === true, WAIT);
    expect(stopped).toBe(false);
    turn.resolve({ done: true });
    await stopping;
  }, 60_000);
});
