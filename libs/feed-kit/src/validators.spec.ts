import { describe, expect, it } from '@jest/globals';
import { httpDate, isNotModified, lastModifiedHeader, lastModifiedOf, strongEtag } from './validators.js';

const validators = {
  etag: '"abc"',
  lastModified: Date.parse('2025-01-03T01:00:00Z') / 1000,
};
const at = 'Fri, 03 Jan 2025 01:00:00 GMT';
const before = 'Fri, 03 Jan 2025 00:59:59 GMT';
const notModified = (ifNoneMatch?: string, ifModifiedSince?: string) =>
  isNotModified({ ifNoneMatch, ifModifiedSince }, validators);

describe('conditional requests', () => {
  it.each([
    ['"abc"', true],
    ['W/"abc"', true],
    ['*', true],
    [' * ', true],
    ['"x", "abc"', true],
    ['"x","y" , W/"abc"', true],
    ['"a,b", "abc"', true],
    ['"x"', false],
    ['abc', false],
    ['"ab"', false],
    ['"abcd"', false],
    ['', false],
    ['"x*"', false],
  ])('If-None-Match: %s', (header, expected) => {
    expect(notModified(header)).toBe(expected);
  });

  it('lets If-None-Match outrank If-Modified-Since either way', () => {
    expect(notModified('"x"', at)).toBe(false);
    expect(notModified('"abc"', before)).toBe(true);
  });

  it('takes If-Modified-Since alone, in each of its three forms', () => {
    expect(notModified(undefined, at)).toBe(true);
    expect(notModified(undefined, 'Friday, 03-Jan-25 01:00:00 GMT')).toBe(true);
    expect(notModified(undefined, 'Fri Jan  3 01:00:00 2025')).toBe(true);
    expect(notModified(undefined, before)).toBe(false);
    expect(notModified()).toBe(false);
  });

  it.each(['2025-01-03T02:00:00Z', 'tomorrow', '1735866000', 'Fri, 03 Foo 2025 01:00:00 GMT', '', at + '+1'])(
    'ignores a bad date: %s',
    (date) => {
      expect(httpDate(date)).toBeNull();
      expect(notModified(undefined, date)).toBe(false);
    },
  );
});

describe('validators', () => {
  it('differ if and only if the bytes do', () => {
    expect(strongEtag(Buffer.from('a'))).toBe(strongEtag(Buffer.from('a')));
    expect(strongEtag(Buffer.from('a'))).not.toBe(strongEtag(Buffer.from('b')));
    expect(strongEtag(Buffer.from('a'))).toMatch(/^"[A-Za-z0-9_-]{27}"$/);
  });

  it('let no client by date miss the second of two changes within one second', () => {
    const first = lastModifiedOf(new Date('2025-01-03T01:00:00.100Z'));
    const seen = lastModifiedHeader(first, new Date('2025-01-03T01:00:00.500Z'));
    const second = { etag: '""', lastModified: lastModifiedOf(new Date('2025-01-03T01:00:00.900Z')) };
    expect(isNotModified({ ifNoneMatch: undefined, ifModifiedSince: seen }, second)).toBe(false);
    const later = lastModifiedHeader(second.lastModified, new Date('2025-01-03T01:00:01.000Z'));
    expect(isNotModified({ ifNoneMatch: undefined, ifModifiedSince: later }, second)).toBe(true);
  });

  it('never name a date in the future', () => {
    const now = new Date('2025-01-03T01:00:00.500Z');
    expect(Date.parse(lastModifiedHeader(lastModifiedOf(now), now))).toBeLessThanOrEqual(now.getTime());
    expect(Date.parse(lastModifiedHeader(9e9, now))).toBeLessThanOrEqual(now.getTime());
  });
});
