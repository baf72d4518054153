import type { Outcome } from '@newsrelay/contracts/delivery';

/** Longest wait between two attempts, in seconds: a day, also where an outlet asks for more. */
const MAX_DELAY_SECONDS = 86_400;
/** A delivery older than this is given up whatever the schedule says, in seconds: a week. */
const MAX_AGE_SECONDS = 7 * 86_400;
/** Attempts are spread by up to this share of the delay, so that an outlet that comes back is not hit by all at once. */
const JITTER = 0.1;

export interface RetryQuestion {
  /** Attempts of this round so far, the one that just ended included. */
  attempt: number;
  outcome: Outcome;
  /** The attempt before this one, in this round, was refused for good too. */
  refusedBefore: boolean;
  /** Seconds since the round began. */
  ageSeconds: number;
  /** What the outlet asked for; undefined if nothing. */
  retryAfterSeconds?: number | undefined;
  /** Of [0, 1). */
  random: number;
}

/**
 * Seconds until the next attempt; null stops. The schedule's n-th entry is the wait before the n-th attempt
 * (Standard Webhooks 1.0, "Deliverability and reliability"); then jitter, then `max(base, Retry-After)`.
 */
export function nextAttemptInSeconds(question: RetryQuestion, schedule: readonly number[]): number | null {
  const { attempt, outcome, refusedBefore, ageSeconds, retryAfterSeconds = 0, random } = question;
  const base = schedule[attempt];
  switch (outcome) {
    case 'delivered':
    case 'pending':
      return null;
    case 'aborted':
      // Stopped by us before it was answered: not the outlet's fault, so it goes out again at once, or when we said.
      return ageSeconds > MAX_AGE_SECONDS ? null : retryAfterSeconds;
    case 'permanent':
    case 'rejected-content':
      // A second look: outlets do answer 400 or 404 while they deploy.
      return !refusedBefore && base !== undefined ? spread(base, random) : null;
    case 'transient':
    case 'rate-limited':
    case 'auth-expired':
    case 'unknown': {
      if (base === undefined) return null;
      const wait = Math.min(Math.max(spread(base, random), retryAfterSeconds), MAX_DELAY_SECONDS);
      return ageSeconds + wait > MAX_AGE_SECONDS ? null : wait;
    }
  }
}

function spread(seconds: number, random: number): number {
  return seconds * (1 + JITTER * random);
}
