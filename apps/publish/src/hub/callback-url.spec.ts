import { describe, expect, it } from '@jest/globals';
import { callbackUrl } from './callback-url.js';
import { HostPace } from './host-pace.js';

describe('the address of a question to a callback', () => {
  it.each([
    ['https://p.example/cb', 'https://p.example/cb?hub.mode=a%20b%26c'],
    ['https://p.example/cb?x=1', 'https://p.example/cb?x=1&hub.mode=a%20b%26c'],
    ['https://p.example/cb?x=%2F+y&', 'https://p.example/cb?x=%2F+y&hub.mode=a%20b%26c'],
    ['https://p.example/cb?', 'https://p.example/cb?hub.mode=a%20b%26c'],
  ])('of %s keeps its own query as it is spelt', (callback, expected) => {
    expect(callbackUrl(callback, { 'hub.mode': 'a b&c' })).toBe(expected);
  });
});

describe('the pace of one host', () => {
  it('is so many at once, and so many a minute', () => {
    const pace = new HostPace({ atOnce: 2, perMinute: 60, burst: 3 });
    expect([pace.take('a', 0), pace.take('a', 0), pace.take('a', 0)]).toEqual([true, true, false]);
    expect(pace.full(0)).toEqual(['a']);
    pace.leave('a');
    expect([pace.take('a', 0), pace.take('b', 0)]).toEqual([true, true]);
    pace.leave('a');
    pace.leave('a');
    expect(pace.take('a', 500)).toBe(false);
    expect(pace.full(500)).toEqual(['a']);
    expect(pace.take('a', 1_001)).toBe(true);
  });

  it('forgets hosts of which there is nothing left to say', () => {
    const pace = new HostPace({ atOnce: 1, perMinute: 60, burst: 2 });
    pace.take('a', 0);
    pace.leave('a');
    expect(pace.full(10_000)).toEqual([]);
    expect([pace.take('a', 10_000), pace.full(10_000)]).toEqual([true, ['a']]);
  });
});
