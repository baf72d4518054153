import { describe, expect, it } from '@jest/globals';
import { countedOf } from './count-matches.js';

describe('countedOf', () => {
  const states = [
    { state: 'dead', count: 2 },
    { state: 'unknown', count: 0 },
    { state: 'delivered', count: 5 },
  ] as const;
  it('knows what never went there as what is left', () => {
    expect(countedOf(10, states, true)).toEqual({
      total: 10,
      states: [states[0], states[2]],
      missing: 3,
    });
  });
  it('has nothing left where only deliveries in some states were asked for', () => {
    expect(countedOf(10, states, false).missing).toBe(0);
  });
  it('is no number below nothing when more came to be between the counts', () => {
    expect(countedOf(6, states, true).missing).toBe(0);
  });
});
