import { describe, expect, it } from '@jest/globals';
import type { SendResult } from '@newsrelay/alarm-sinks/sink';
import { afterSend } from './resend-policy.js';

const LIMITS = { restSeconds: 4, tooOftenSeconds: 600 };
const result = (changes: Partial<SendResult>): SendResult => ({
  outcome: 'failed',
  status: null,
  error: 'away',
  response: null,
  ...changes,
});

describe('after a message', () => {
  it('that was sent its sink rests', () => {
    expect(afterSend(result({ outcome: 'sent', error: null }), 3, LIMITS)).toEqual({
      result: { state: 'sent' },
      restSeconds: 4,
    });
  });

  it.each(['failed', 'refused'] as const)(
    'that %s it is tried again, ever later, and then given up',
    (outcome) => {
      const waits: number[] = [];
      for (let tries = 0; ; tries += 1) {
        const after = afterSend(result({ outcome }), tries, LIMITS);
        expect(after.restSeconds).toBe(4);
        if (after.result.state === 'failed') break;
        if (after.result.state !== 'waiting') throw new Error(after.result.state);
        waits.push(after.result.inSeconds);
      }
      expect(waits).toEqual([10, 30, 120, 600, 1_800, 3_600]);
    },
  );

  it.each([
    [{}, 600],
    [{ retryAfterSeconds: 30 }, 30],
    [{ retryAfterSeconds: 0 }, 4],
    [{ retryAfterSeconds: 86_400 }, 3_600],
  ])('that came too often (%j) it waits at no cost, its sink too', (changes, inSeconds) => {
    expect(afterSend(result({ outcome: 'too-often', ...changes }), 6, LIMITS)).toEqual({
      result: { state: 'later', error: 'away', inSeconds },
      restSeconds: inSeconds,
    });
  });
});
