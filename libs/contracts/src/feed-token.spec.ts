import { describe, expect, it } from '@jest/globals';
import { rotationInput, silentAfterHoursOf, withoutFeedTokens } from './feed-token.js';

describe('a text that others read', () => {
  it.each([
    [`"url":"/feeds/nrf_${'aB-_'.repeat(11)}/daily.rss"`, '"url":"/feeds/nrf_…/daily.rss"'],
    ['a nrf_1234567890 b nrf_abcdefgh', 'a nrf_… b nrf_…'],
    ['nrf_%61bcd.rss', 'nrf_…'],
    ['nothing of it', 'nothing of it'],
  ])('%s', (text, shown) => {
    expect(withoutFeedTokens(text)).toBe(shown);
  });
});

describe('a rotation', () => {
  it('leaves the old token a day unless something else is said, and needs no body', () => {
    expect(rotationInput.parse(undefined)).toEqual({ overlapHours: 24 });
    expect(rotationInput.parse({ overlapHours: 0 })).toEqual({ overlapHours: 0 });
    for (const overlapHours of [-1, 721, '1', null])
      expect(rotationInput.safeParse({ overlapHours }).success).toBe(false);
  });
});

describe('how long a channel may be silent', () => {
  it.each([
    [{}, null],
    [{ access: 'public' }, null],
    [{ access: 'token' }, 24],
    [{ access: 'token', silentAfterHours: 2 }, 2],
    [{ silentAfterHours: 48 }, 48],
  ])('with %j: %j hours', (settings, hours) => {
    expect(silentAfterHoursOf(settings)).toBe(hours);
  });
});
