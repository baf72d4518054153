import { describe, expect, it } from '@jest/globals';
import { OUTCOMES } from '@newsrelay/contracts/delivery';
import type { ClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import { signOf } from './channel-sign.js';

const rules = { autoPause: { failures: 50, forMs: 1 } };
const failing = (failures: number): ClaimCandidate['breaker'] => ({
  failures,
  failingForMs: 1,
  opensInMs: null,
});
const sign = (result: Parameters<typeof signOf>[0], candidate: Partial<Parameters<typeof signOf>[1]> = {}) =>
  signOf(result, { action: 'publish', breaker: null, ...candidate }, rules);

describe('what an attempt says of its channel', () => {
  it('is nothing for a withdrawal, a pause, and what we stopped ourselves', () => {
    for (const outcome of OUTCOMES) {
      expect(sign({ outcome }, { action: 'withdraw', breaker: failing(9) })).toEqual({ kind: 'none' });
      expect(sign({ outcome, pauseReason: 'gone' })).toEqual({ kind: 'none' });
    }
    expect(sign({ outcome: 'aborted' }, { breaker: failing(9) })).toEqual({ kind: 'none' });
  });

  it('is written for an arrival only where attempts failed before', () => {
    for (const outcome of ['delivered', 'pending'] as const) {
      expect(sign({ outcome })).toEqual({ kind: 'none' });
      expect(sign({ outcome }, { breaker: failing(1) })).toEqual({ kind: 'well' });
    }
  });

  it('tells a refusal from an outlet that is not there', () => {
    expect(sign({ outcome: 'permanent' })).toMatchObject({ failure: { answered: true } });
    for (const outcome of ['transient', 'unknown', 'rate-limited'] as const)
      expect(sign({ outcome })).toMatchObject({ failure: { answered: false } });
  });

  it('opens for five seconds, then for longer, and for half a minute at most', () => {
    const opensFor = (failures: number) => {
      const said = sign({ outcome: 'transient' }, { breaker: failing(failures) });
      return said.kind === 'failed' ? said.failure.openForMs : null;
    };
    expect(opensFor(9)).toBe(5_000);
    expect(opensFor(10)).toBe(10_000);
    expect(opensFor(1_000)).toBe(30_000);
    expect(sign({ outcome: 'unknown' })).toMatchObject({
      failure: { opensAfter: { failures: 10, forMs: 30_000 } },
    });
  });

  it('keeps the silence that an outlet asks for, within reason, and not for a first answer of the kind', () => {
    const asks = (retryAfterSeconds: number) => sign({ outcome: 'rate-limited', retryAfterSeconds });
    expect(asks(7)).toMatchObject({ failure: { opensAfter: { failures: 2, forMs: 0 }, openForMs: 7_000 } });
    expect(asks(1)).toMatchObject({ failure: { openForMs: 5_000 } });
    expect(asks(86_400)).toMatchObject({ failure: { openForMs: 300_000 } });
  });
});
