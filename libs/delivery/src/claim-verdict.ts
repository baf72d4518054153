import type { ClaimCandidate } from '@newsrelay/ledger/claim-candidates';

/** What is to be done with a delivery whose turn has come. */
export type ClaimVerdict =
  | { verdict: 'send' }
  /**
   * Its state or its channel leaves nothing to be done now; the ledger brings it back when that changes. The same holds for
   * all of the channel for so many milliseconds.
   */
  | { verdict: 'nothing'; why: 'state' | 'paused' | 'breaker' | 'elsewhere'; silentForMs: number }
  | { verdict: 'later'; inMs: number }
  | { verdict: 'end'; state: 'canceled' | 'superseded'; reason: string };

/** How often a version asks whether the withdrawal before it has gone, milliseconds. */
const BEHIND_WITHDRAWAL_MS = 2_000;

/** A channel that is paused is left alone for so long: others of it may be on their way here. */
const PAUSED_MS = 100;
/** A channel whose breaker is open is left alone for so long: somebody may close it sooner than it was to open. */
const CLOSED_MS = 1_000;
/** What another process works off is left to it for so long. */
const ELSEWHERE_MS = 2_000;

/** The fence before every claim, on what was read at once; the claim itself asks the same again in the ledger. */
export function claimVerdict(candidate: ClaimCandidate, holder: string): ClaimVerdict {
  if (candidate.state !== 'queued' && candidate.state !== 'retrying')
    return { verdict: 'nothing', why: 'state', silentForMs: 0 };
  if (candidate.channelDeleted)
    return { verdict: 'end', state: 'canceled', reason: 'the channel was deleted' };
  if (candidate.withdrawn) return { verdict: 'end', state: 'canceled', reason: 'withdrawn before it left' };
  if (candidate.overtaken)
    return { verdict: 'end', state: 'superseded', reason: 'a newer version made it pointless' };
  const silent = candidate.channel.paused !== null || !candidate.channel.enabled;
  if (silent && candidate.action === 'publish')
    return { verdict: 'nothing', why: 'paused', silentForMs: PAUSED_MS };
  const opensInMs = candidate.breaker?.opensInMs ?? 0;
  if (opensInMs > 0 && candidate.action === 'publish')
    return { verdict: 'nothing', why: 'breaker', silentForMs: Math.min(opensInMs, CLOSED_MS) };
  if (candidate.backlogHolder !== null && candidate.backlogHolder !== holder)
    return { verdict: 'nothing', why: 'elsewhere', silentForMs: ELSEWHERE_MS };
  if (candidate.behindWithdrawal) return { verdict: 'later', inMs: BEHIND_WITHDRAWAL_MS };
  if (candidate.dueInMs > 0) return { verdict: 'later', inMs: candidate.dueInMs };
  return { verdict: 'send' };
}
