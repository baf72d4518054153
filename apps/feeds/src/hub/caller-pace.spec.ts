import { describe, expect, it } from '@jest/globals';
import { callerOf, CallerPace } from './caller-pace.js';

describe('the pace of callers', () => {
  it('is so many requests a minute of each address, and says when the next may come', () => {
    const pace = new CallerPace(60);
    const taken = Array.from({ length: 61 }, () => pace.take('a', 0));
    expect(taken.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 0));
    expect(taken[60]).toBe(1);
    expect(pace.take('b', 0)).toBe(0);
    expect(pace.take('a', 999)).toBe(1);
    expect(pace.take('a', 2_000)).toBe(0);
  });

  it('forgets no more than it must, and grows no further', () => {
    const pace = new CallerPace(1);
    for (let number = 0; number < 25_000; number += 1) pace.take(`address-${number}`, 0);
    expect(pace.take('address-24999', 0)).toBeGreaterThan(0);
    expect(pace.take('address-0', 0)).toBe(0);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('counts %s as %s', (address, caller) => {
    expect(callerOf(address)).toBe(caller);
  });
});
