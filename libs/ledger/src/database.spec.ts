import { describe, expect, it } from '@jest/globals';
import { isLedgerTooSlow, isLedgerUnavailable } from './database.js';

const withCode = (code: string) => Object.assign(new Error('refused'), { code });

describe('what an error of the ledger means', () => {
  it.each(['08006', '57P01', '57P03', '53300', '25006', '40P01', '40001', 'ECONNREFUSED', 'EAI_AGAIN'])(
    '%s: away, or rolled back for another: again later',
    (code) => {
      expect(isLedgerUnavailable(withCode(code))).toBe(true);
      expect(isLedgerTooSlow(withCode(code))).toBe(false);
    },
  );
  it.each(['57014', '55P03', '25P03'])('%s: not within its time', (code) => {
    expect(isLedgerTooSlow(withCode(code))).toBe(true);
    expect(isLedgerUnavailable(withCode(code))).toBe(false);
  });
  it.each(['23505', '22021', '42601'])('%s: a fault that no waiting mends', (code) => {
    expect(isLedgerTooSlow(withCode(code))).toBe(false);
    expect(isLedgerUnavailable(withCode(code))).toBe(false);
  });
  it('of several errors one is enough, and what is no error is none', () => {
    expect(isLedgerUnavailable(new AggregateError([withCode('42601'), withCode('ECONNREFUSED')]))).toBe(true);
    expect(isLedgerUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true);
    for (const nothing of [null, undefined, '57014', {}]) {
      expect(isLedgerUnavailable(nothing)).toBe(false);
      expect(isLedgerTooSlow(nothing)).toBe(false);
    }
  });
});
