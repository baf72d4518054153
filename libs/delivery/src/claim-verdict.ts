import type { ClaimCandidate } from '@newsrelay/ledger/deliveries';

/** What is to be done with a delivery whose turn has come. */
export type ClaimVerdict =
  | { verdict: 'send' }
  /** Its state or its channel leaves nothing to be done now; the ledger brings it back when that changes. */
  | { verdict: 'nothing'; why: 'state' | 'paused' }
  | { verdict: 'later'; inMs: number }
  | { verdict: 'end'; state: 'canceled' | 'superseded'; reason: string };

/** How often a version asks whether the withdrawal before it has gone, milliseconds. */
const BEHIND_WITHDRAWAL_MS = 2_000;

/** The fence before every claim, on what was read at once; the claim itself asks the same again in the ledger. */
export function claimVerdict(candidate: ClaimCandidate): ClaimVerdict {
  if (candidate.state !== 'queued' && candidate.state !== 'retrying')
    return { verdict: 'nothing', why: 'state' };
  if (candidate.channelDeleted)
    return { verdict: 'end', state: 'canceled', reason: 'the channel was deleted' };
  if (candidate.withdrawn) return { verdict: 'end', state: 'canceled', reason: 'withdrawn before it left' };
  if (candidate.overtaken)
    return { verdict: 'end', state: 'superseded', reason: 'a newer version made it pointless' };
  const silent = candidate.channel.paused !== null || !candidate.channel.enabled;
  if (silent && candidate.action === 'publish') return { verdict: 'nothing', why: 'paused' };
  if (candidate.behindWithdrawal) return { verdict: 'later', inMs: BEHIND_WITHDRAWAL_MS };
  if (candidate.dueInMs > 0) return { verdict: 'later', inMs: candidate.dueInMs };
  return { verdict: 'send' };
}
