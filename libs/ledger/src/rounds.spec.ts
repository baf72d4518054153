import { afterEach, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { createLogger } from '@newsrelay/telemetry/logger';
import { Rounds, type RoundsOptions } from './rounds.js';

const NEVER_MS = 600_000;

describe('rounds', () => {
  let rounds: Rounds | undefined;
  afterEach(async () => {
    await rounds?.stop();
  });

  function begin(round: RoundsOptions['round'], options: Partial<RoundsOptions> = {}): Rounds {
    rounds = new Rounds({
      everyMs: NEVER_MS,
      round,
      failure: 'failed',
      logger: createLogger('spec', 'fatal'),
      ...options,
    });
    rounds.start();
    return rounds;
  }

  it('go on at once while there is more, and after a failure when it is time', async () => {
    const seen: number[] = [];
    begin(
      () => {
        seen.push(seen.length);
        if (seen.length === 3) return Promise.reject(new Error('away'));
        return Promise.resolve(seen.length < 3);
      },
      { everyMs: 5 },
    );
    await pollUntil('five rounds', () => seen.length >= 5, { timeoutMs: 5_000 });
  });

  it('are woken, also in the middle of one', async () => {
    let count = 0;
    let release = (): void => undefined;
    const awake = begin(async () => {
      count += 1;
      if (count === 2) await new Promise<void>((resolve) => (release = resolve));
      return false;
    });
    await pollUntil('the first round', () => count === 1, { timeoutMs: 5_000 });
    awake.wake();
    await pollUntil('the second round', () => count === 2, { timeoutMs: 5_000 });
    awake.wake();
    release();
    await pollUntil('the third round', () => count === 3, { timeoutMs: 5_000 });
  });

  it('never begin if they may not, and stop while they wait', async () => {
    let count = 0;
    const waiting = begin(
      () => {
        count += 1;
        return Promise.resolve(true);
      },
      { begin: () => Promise.resolve(false) },
    );
    await waiting.stop();
    expect(count).toBe(0);
  });
});
