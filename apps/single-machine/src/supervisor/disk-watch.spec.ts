import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { watchDisk } from './disk-watch.js';

const MB = 1_000_000;

describe('the watch on the disk', () => {
  let free: number;
  let looked: number;
  let said: string[];
  let rooms: number;
  let stopping: AbortController;
  let end: () => Promise<void>;

  beforeEach(() => {
    [free, looked, said, rooms, stopping] = [5_000 * MB, 0, [], 0, new AbortController()];
    const space = () => {
      looked += 1;
      return Promise.resolve({ free, size: 10_000 * MB });
    };
    const onRoom = () => {
      rooms += 1;
      return Promise.resolve();
    };
    const options = { dataDir: '/data', warnBelow: 1_000 * MB, onRoom, space, everyMs: 1 };
    end = watchDisk({ ...options, say: (line) => said.push(line) }, stopping.signal);
  });
  afterEach(async () => {
    stopping.abort();
    await end();
  });

  const becomes = async (megabytes: number) => {
    free = megabytes * MB;
    const from = looked;
    await pollUntil('two looks', () => looked >= from + 3, { timeoutMs: 5_000 });
  };

  it('says once that it gets full, is full, and has room again; then alone what met a full disk begins anew', async () => {
    await becomes(5_000);
    expect(said).toEqual([]);
    await becomes(900);
    await becomes(800);
    expect(said).toEqual([expect.stringContaining('nearly full: 900 MB are free')]);
    await becomes(1_500);
    expect(rooms).toBe(0);
    await becomes(0);
    await becomes(1);
    expect(said.at(-1)).toContain('the disk is full');
    await becomes(900);
    expect(rooms).toBe(1);
    await becomes(2_000);
    expect(said.at(-1)).toBe('disk: there is room again');
    expect(said).toHaveLength(5);
    expect(rooms).toBe(1);
  });
});
