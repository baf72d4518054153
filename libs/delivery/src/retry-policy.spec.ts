import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '@newsrelay/contracts/delivery';
import { nextAttemptInSeconds, type RetryQuestion } from './retry-policy.js';

const SCHEDULE = [0, 5, 300, 1800];
const DAY = 86_400;

function after(outcome: Outcome, question: Partial<RetryQuestion> = {}): number | null {
  return nextAttemptInSeconds(
    { attempt: 1, outcome, refusedBefore: false, ageSeconds: 0, random: 0, ...question },
    SCHEDULE,
  );
}

describe('nextAttemptInSeconds', () => {
  it.each<Outcome>(['transient', 'rate-limited', 'auth-expired', 'unknown'])(
    'follows the schedule after %s',
    (outcome) => {
      expect([1, 2, 3, 4].map((attempt) => after(outcome, { attempt }))).toEqual([5, 300, 1800, null]);
    },
  );
  it('spreads attempts by up to a tenth, never to before the schedule', () => {
    expect(after('transient', { attempt: 2, random: 0.999_999 })).toBeCloseTo(330, 3);
    expect(after('transient', { attempt: 2, random: 0.5 })).toBeCloseTo(315, 6);
  });
  it('waits as long as the outlet asks, but no longer than a day and never less than the schedule', () => {
    expect(after('rate-limited', { retryAfterSeconds: 60 })).toBe(60);
    expect(after('rate-limited', { retryAfterSeconds: 1 })).toBe(5);
    expect(after('transient', { retryAfterSeconds: 10 * DAY })).toBe(DAY);
  });
  it.each<Outcome>(['permanent', 'rejected-content'])(
    'gives %s one second look, whenever it comes first',
    (outcome) => {
      expect(after(outcome)).toBe(5);
      expect(after(outcome, { attempt: 3 })).toBe(1800);
      expect(after(outcome, { attempt: 2, refusedBefore: true })).toBeNull();
      expect(after(outcome, { attempt: 4 })).toBeNull();
    },
  );
  it('sends what we stopped again at once, and what we hold back when we said', () => {
    expect(after('aborted', { attempt: 9 })).toBe(0);
    expect(after('aborted', { attempt: 9, retryAfterSeconds: 12 })).toBe(12);
  });
  it('gives up after a week', () => {
    expect(after('transient', { ageSeconds: 7 * DAY - 6 })).toBe(5);
    expect(after('transient', { ageSeconds: 7 * DAY - 4 })).toBeNull();
    expect(after('aborted', { ageSeconds: 7 * DAY + 1 })).toBeNull();
  });
  it.each<Outcome>(['delivered', 'pending'])('ends with %s', (outcome) => {
    expect(after(outcome)).toBeNull();
  });
});
