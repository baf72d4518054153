import type { AttemptResult } from '@newsrelay/channel-kit/connector';
import type { ClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import type { ChannelSign } from '@newsrelay/ledger/settlements';

/** Failures one upon another that open the breaker: some happen to any outlet. */
const OPENS_AFTER = 5;
/** Answers "too many requests" that do; one may have been meant for its delivery alone. */
const OPENS_AFTER_RATE_LIMITED = 2;
/** An open breaker lets one delivery try at least this often, seconds. */
const LONGEST_SILENCE_SECONDS = 300;

export interface SignRules {
  /** Seconds before each attempt of a delivery: a channel is asked again no sooner than one delivery would be. */
  schedule: readonly number[];
  autoPause: { failures: number; forMs: number };
}

/**
 * What an attempt says of its channel. Withdrawals go by their own schedule, whatever the channel's state, and say nothing;
 * nor does what we stopped ourselves.
 */
export function signOf(
  result: Pick<AttemptResult, 'outcome' | 'retryAfterSeconds' | 'pauseReason'>,
  candidate: Pick<ClaimCandidate, 'action' | 'breaker'>,
  { schedule, autoPause }: SignRules,
): ChannelSign {
  const { outcome, retryAfterSeconds } = result;
  // A pause says it already, and more strongly.
  if (candidate.action === 'withdraw' || result.pauseReason !== undefined) return { kind: 'none' };
  switch (outcome) {
    case 'aborted':
      return { kind: 'none' };
    case 'delivered':
    case 'pending':
      return { kind: candidate.breaker === null ? 'none' : 'well' };
    case 'permanent':
    case 'rejected-content':
    case 'auth-expired':
      return {
        kind: 'failed',
        failure: { answered: true, opensAfter: OPENS_AFTER, openForMs: 0, autoPause },
      };
    case 'rate-limited':
    case 'transient':
    case 'unknown': {
      const opensAfter = outcome === 'rate-limited' ? OPENS_AFTER_RATE_LIMITED : OPENS_AFTER;
      const failures = (candidate.breaker?.failures ?? 0) + 1;
      // The first time it opens for as long as a delivery waits after its first attempt, then for longer and longer.
      const step = Math.max(failures - opensAfter, 0) + 1;
      const wait = schedule[Math.min(step, schedule.length - 1)] ?? 0;
      const seconds = Math.min(Math.max(wait, retryAfterSeconds ?? 0), LONGEST_SILENCE_SECONDS);
      return {
        kind: 'failed',
        failure: { answered: false, opensAfter, openForMs: seconds * 1000, autoPause },
      };
    }
  }
}
