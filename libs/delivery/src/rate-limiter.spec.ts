import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis } from '@newsrelay/local-servers/redis';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { RateLimiter } from './rate-limiter.js';

describe('the rate of a channel', () => {
  let data: TemporaryDataDir;
  let server: LocalServer;
  let connections: Redis[];
  let limiters: RateLimiter[];

  beforeAll(async () => {
    data = temporaryDataDir();
    server = await startRedis({ dataDir: data.path });
    // Two processes.
    connections = [new Redis(server.url), new Redis(server.url)];
    limiters = connections.map((redis) => new RateLimiter(redis));
  }, 60_000);
  afterAll(async () => {
    for (const connection of connections) connection.disconnect();
    await server.stop();
    await data.remove();
  });

  it('is shared by all processes, each moment taken once', async () => {
    const rate = { requests: 60, perSeconds: 60 };
    const from = performance.now();
    const waits: number[] = [];
    for (let each = 0; each < 12; each += 1)
      waits.push((await limiters[each % 2]?.reserve('shared', rate)) ?? Number.NaN);
    const took = performance.now() - from;
    // Six may follow each other at once; then one a second, counted from the first.
    expect(waits.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const [index, wait] of waits.slice(6).entries()) {
      expect(wait).toBeLessThanOrEqual((index + 1) * 1000);
      expect(wait).toBeGreaterThanOrEqual((index + 1) * 1000 - took - 1);
    }
  });

  it('is of each channel alone', async () => {
    const rate = { requests: 1, perSeconds: 3600 };
    expect(await limiters[0]?.reserve('one', rate)).toBe(0);
    expect(await limiters[0]?.reserve('one', rate)).toBeGreaterThan(3_590_000);
    expect(await limiters[0]?.reserve('other', rate)).toBe(0);
  });

  it('starts anew with an emptied Redis', async () => {
    const rate = { requests: 1, perSeconds: 3600 };
    await limiters[0]?.reserve('emptied', rate);
    await connections[0]?.flushall();
    expect(await limiters[0]?.reserve('emptied', rate)).toBe(0);
  });
});
