import type { AttemptResult } from '@newsrelay/channel-kit/connector';
import type { ClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import type { ChannelSign } from '@newsrelay/ledger/settlements';

/** Failures one upon another that open the breaker: one or two happen to any outlet. */
const OPENS_AFTER = 5;
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
      return { kind: 'failed', failure: { ...rules(0), answered: true, silenceMs: null } };
    case 'rate-limited':
    case 'transient':
    case 'unknown': {
      const silence = retryAfterSeconds === undefined ? null : Math.min(retryAfterSeconds, LONGEST_SILENCE_SECONDS);
      return {
        kind: 'failed',
        failure: {
          ...rules((candidate.breaker?.failures ?? 0) + 1 - OPENS_AFTER),
          answered: false,
          silenceMs: silence === null ? null : silence * 1000,
        },
      };
    }
  }

  /** `time` counts how often in a row it opens, from 0. */
  function rules(time: number) {
    const seconds = schedule[Math.min(Math.max(time, 0) + 1, schedule.length - 1)] ?? 0;
    return {
      opensAfter: OPENS_AFTER,
      openForMs: Math.min(seconds, LONGEST_SILENCE_SECONDS) * 1000,
      autoPause,
    };
  }
}
