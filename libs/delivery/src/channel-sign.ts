import type { AttemptResult } from '@newsrelay/channel-kit/connector';
import type { ClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import type { ChannelSign } from '@newsrelay/ledger/settlements';

/**
 * Failures one upon another that open the breaker, and for how long nothing else must have happened, milliseconds: both, so
 * that neither an outlet that starts anew nor a hundred articles at once open it.
 */
const OPENS_AFTER = { failures: 10, forMs: 30_000 };
/** Answers "too many requests" open it sooner: one may have been meant for its delivery alone, two are meant for us. */
const OPENS_AFTER_RATE_LIMITED = { failures: 2, forMs: 0 };
/** It opens for this long, milliseconds, and for twice as long each time the one that tries fails, */
const FIRST_SILENCE_MS = 5_000;
/** up to this: an outlet that is back waits no longer. */
const LONGEST_SILENCE_MS = 30_000;
/** A silence that the outlet asks for is kept up to this, milliseconds. */
const LONGEST_ASKED_MS = 300_000;

export interface SignRules {
  autoPause: { failures: number; forMs: number };
}

/**
 * What an attempt says of its channel. Withdrawals go by their own schedule, whatever the channel's state, and say nothing;
 * nor does what we stopped ourselves.
 */
export function signOf(
  result: Pick<AttemptResult, 'outcome' | 'retryAfterSeconds' | 'pauseReason'>,
  candidate: Pick<ClaimCandidate, 'action' | 'breaker'>,
  { autoPause }: SignRules,
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
      const times = Math.max((candidate.breaker?.failures ?? 0) + 1 - opensAfter.failures, 0);
      const ownMs = Math.min(FIRST_SILENCE_MS * 2 ** times, LONGEST_SILENCE_MS);
      const askedMs = Math.min((retryAfterSeconds ?? 0) * 1000, LONGEST_ASKED_MS);
      return {
        kind: 'failed',
        failure: { answered: false, opensAfter, openForMs: Math.max(ownMs, askedMs), autoPause },
      };
    }
  }
}
