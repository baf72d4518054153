import { describe, expect, it } from '@jest/globals';
import { settle, type DeliveryFacts, type Outcome, type Settlement } from './settlement.js';

const backoff = { firstMs: 1_000, factor: 2, capMs: 60_000 };
const failed: Outcome = { kind: 'failed', reason: 'no' };
const poison: Outcome = { kind: 'poison', reason: 'bad' };
const later = (afterMs: number): Outcome => ({ kind: 'retry-later', afterMs, reason: 'away' });

describe('settle', () => {
  it.each<[string, Outcome, number, Settlement]>([
    ['done', { kind: 'done' }, 1, { action: 'ack' }],
    ['done at last', { kind: 'done' }, 99, { action: 'ack' }],
    ['poison at once', poison, 1, { action: 'dead-letter', reason: 'bad' }],
    ['first failure', failed, 1, { action: 'nak', delayMs: 1_000 }],
    ['second failure', failed, 2, { action: 'nak', delayMs: 2_000 }],
    ['fourth failure', failed, 4, { action: 'nak', delayMs: 8_000 }],
    ['capped failure', failed, 9, { action: 'nak', delayMs: 60_000 }],
    ['last failure', failed, 10, { action: 'dead-letter', reason: 'no' }],
    ['failure beyond the last', failed, 11, { action: 'dead-letter', reason: 'no' }],
    ['later', later(250), 1, { action: 'nak', delayMs: 250 }],
    ['later beyond the last', later(250), 5_000, { action: 'nak', delayMs: 250 }],
    ['later in the past', later(-5), 1, { action: 'nak', delayMs: 0 }],
  ])('%s', (_name, outcome, deliveryCount, settlement) => {
    expect(settle(outcome, { deliveryCount, maxDeliveries: 10, backoff, jitter: 0 })).toEqual(settlement);
  });

  it('spreads delays upwards by less than a fifth', () => {
    const facts: DeliveryFacts = { deliveryCount: 1, maxDeliveries: 10, backoff, jitter: 0.5 };
    expect(settle(failed, facts)).toEqual({ action: 'nak', delayMs: 1_100 });
    expect(settle(later(1_000), { ...facts, jitter: 0.999 })).toEqual({ action: 'nak', delayMs: 1_200 });
  });

  it('survives delivery counts whose exponent overflows', () => {
    const facts: DeliveryFacts = { deliveryCount: 100_000, maxDeliveries: Infinity, backoff, jitter: 0 };
    expect(settle(failed, facts)).toEqual({ action: 'nak', delayMs: 60_000 });
  });
});
