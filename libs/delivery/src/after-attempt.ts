import type { ChannelCapabilities } from '@newsrelay/channel-kit/manifest';
import type { AttemptResult } from '@newsrelay/channel-kit/connector';
import type { DeliveryAction, DeliveryState } from '@newsrelay/contracts/delivery';
import { nextAttemptInSeconds } from './retry-policy.js';

export interface AttemptFacts {
  action: DeliveryAction;
  attemptsInRound: number;
  /** The attempt before this one, in this round, was refused for good too. */
  refusedBefore: boolean;
  /** Seconds since the round began. */
  ageSeconds: number;
  capabilities: ChannelCapabilities;
  /** Of [0, 1). */
  random: number;
}

export interface NextStep {
  state: DeliveryState;
  reason: string | null;
  /** Milliseconds; null in states that wait for nothing, or for a channel to be resumed. */
  nextAttemptInMs: number | null;
  /** Set if the channel is to be paused. */
  pauseReason: string | null;
}

/** Where an attempt's result takes a delivery. Pure; withdrawals and newer versions are looked at when it is written. */
export function afterAttempt(
  result: AttemptResult,
  facts: AttemptFacts,
  schedule: readonly number[],
): NextStep {
  const stay = { reason: result.error, nextAttemptInMs: null, pauseReason: null };
  if (result.outcome === 'delivered') return { ...stay, state: 'delivered', reason: null };
  if (result.outcome === 'pending') return { ...stay, state: 'accepted', reason: null };
  const unknown = { ...stay, state: 'unknown', reason: result.error ?? 'sent, and no answer came' } as const;
  if (result.outcome === 'unknown' && facts.capabilities.repeat === 'none') return unknown;
  // A withdrawal goes on by schedule: a pause must not keep a withdrawn text public.
  if (result.pauseReason !== undefined && facts.action === 'publish') {
    return {
      ...stay,
      state: 'queued',
      reason: `the channel is paused: ${result.pauseReason}`,
      pauseReason: result.pauseReason,
    };
  }
  const seconds = nextAttemptInSeconds(
    {
      attempt: facts.attemptsInRound,
      // An outlet that is to be paused may answer otherwise once somebody has looked at it, and what it shows is withdrawn.
      outcome: result.pauseReason === undefined ? result.outcome : 'transient',
      refusedBefore: facts.refusedBefore,
      ageSeconds: facts.ageSeconds,
      retryAfterSeconds: result.retryAfterSeconds,
      random: facts.random,
    },
    schedule,
  );
  const pauseReason = result.pauseReason ?? null;
  if (seconds === null && result.outcome === 'unknown' && facts.capabilities.repeat === 'find-first') {
    return unknown;
  }
  if (seconds === null) return { ...stay, state: 'dead', pauseReason };
  return { ...stay, state: 'retrying', nextAttemptInMs: Math.round(seconds * 1000), pauseReason };
}
