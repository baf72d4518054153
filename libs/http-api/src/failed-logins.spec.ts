import { beforeEach, describe, expect, it } from '@jest/globals';
import { FailedLogins } from './failed-logins.js';

describe('FailedLogins', () => {
  let now: number;
  let failed: FailedLogins;
  beforeEach(() => {
    now = 1_000_000;
    failed = new FailedLogins(() => now);
  });
  const wrong = (address: string, times: number) =>
    Array.from({ length: times }, () => failed.begin(address)).at(-1);

  it('lets ten wrong keys through, then none until five minutes after the first', () => {
    expect(wrong('192.0.2.1', 10)).toBe(0);
    now += 100_000;
    expect(failed.begin('192.0.2.1')).toBe(200);
    now += 199_999;
    expect(failed.begin('192.0.2.1')).toBe(1);
    now += 1;
    expect(failed.begin('192.0.2.1')).toBe(0);
  });

  it('does not count right keys, and forgets no wrong one for their sake', () => {
    wrong('192.0.2.1', 9);
    for (let time = 0; time < 50; time += 1) {
      expect(failed.begin('192.0.2.1')).toBe(0);
      failed.forgive('192.0.2.1');
    }
    expect(failed.begin('192.0.2.1')).toBe(0);
    expect(failed.begin('192.0.2.1')).toBeGreaterThan(0);
  });

  it('counts those that are under way at once', () => {
    const waits = Array.from({ length: 30 }, () => failed.begin('192.0.2.1'));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
  });

  it('tells addresses apart, and takes an IPv6 network for one', () => {
    wrong('192.0.2.1', 10);
    expect(failed.begin('192.0.2.2')).toBe(0);
    wrong('2001:db8:1:2:3:4:5:6', 10);
    expect(failed.begin('2001:db8:1:2::9')).toBeGreaterThan(0);
    expect(failed.begin('2001:db8:1:3::9')).toBe(0);
    wrong('::1', 10);
    expect(failed.begin('::ffff:192.0.2.9')).toBe(0);
  });

  it('keeps a bounded number of addresses', () => {
    wrong('192.0.2.1', 10);
    for (let at = 0; at < 10_000; at += 1) failed.begin(`10.0.${at >> 8}.${at & 255}`);
    expect(failed.begin('192.0.2.1')).toBe(0);
  });
});
