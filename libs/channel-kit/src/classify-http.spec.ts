import { describe, expect, it } from '@jest/globals';
import { classifyAnswer, classifyFailure, retryAfterSeconds } from './classify-http.js';
import { OUTBOUND_FAILURES, OutboundFailure } from './outbound-http.js';

const now = new Date('2025-01-03T00:00:00Z');
const answer = (status: number, headers: Record<string, string> = {}) =>
  classifyAnswer({ status, headers, bodyExcerpt: 'said', body: null }, now);

describe('retryAfterSeconds', () => {
  it.each([
    ['0', 0],
    [' 120 ', 120],
    ['2099', 2099],
    ['9'.repeat(400), 86_400],
    ['Fri, 03 Jan 2025 00:02:00 GMT', 120],
    ['Friday, 03-Jan-25 00:02:00 GMT', 120],
    ['Fri Jan  3 00:02:00 2025', 120],
    ['Thu, 02 Jan 2025 00:00:00 GMT', 0],
    ['Fri, 31 Dec 2099 00:00:00 GMT', 86_400],
  ])('reads "%s"', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });

  it.each([undefined, '', 'soon', '-5', '5.5', '1e3', '0x10', '2025-01-03T00:02:00Z', 'Xyz, 99 Foo 2025'])(
    'understands nothing of "%s"',
    (header) => {
      expect(retryAfterSeconds(header, now)).toBeUndefined();
    },
  );
});

describe('classifyAnswer', () => {
  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [300, 'transient'],
    [301, 'transient'],
    [304, 'transient'],
    [307, 'transient'],
    [400, 'permanent'],
    [401, 'auth-expired'],
    [403, 'auth-expired'],
    [404, 'permanent'],
    [408, 'transient'],
    [410, 'permanent'],
    [413, 'permanent'],
    [422, 'permanent'],
    [425, 'transient'],
    [429, 'rate-limited'],
    [500, 'transient'],
    [503, 'transient'],
    [599, 'transient'],
    [999, 'transient'],
  ] as const)('%d is %s', (status, outcome) => {
    const result = answer(status);
    expect(result).toMatchObject({ outcome, status, response: 'said' });
    expect(result.error === null).toBe(outcome === 'delivered');
    expect(result.pauseReason !== undefined).toBe([401, 403, 410].includes(status));
  });

  it('obeys Retry-After where it has a meaning', () => {
    expect(answer(429, { 'retry-after': '7' }).retryAfterSeconds).toBe(7);
    expect(answer(503, { 'retry-after': '7' }).retryAfterSeconds).toBe(7);
    expect(answer(429)).not.toHaveProperty('retryAfterSeconds');
    expect(answer(404, { 'retry-after': '7' })).not.toHaveProperty('retryAfterSeconds');
  });

  it('shows where a redirect leads, shortened', () => {
    expect(answer(302, { location: 'https://new.example/' }).error).toContain('to https://new.example/');
    expect(answer(302, { location: 'x'.repeat(5000) }).error?.length).toBeLessThan(400);
  });
});

describe('classifyFailure', () => {
  const expected = {
    'refused-target': ['permanent', 'permanent', 'permanent'],
    connect: ['transient', 'transient', 'transient'],
    timeout: ['transient', 'transient', 'unknown'],
    broken: ['transient', 'transient', 'unknown'],
    'bad-answer': ['transient', 'transient', 'unknown'],
    aborted: ['aborted', 'aborted', 'unknown'],
  } as const;

  it.each(OUTBOUND_FAILURES)('%s', (kind) => {
    const [unsent, repeatable, once] = expected[kind];
    const failure = (sent: boolean) => new OutboundFailure(kind, sent, 'why');
    const empty = { status: null, response: null, error: 'why' };
    expect(classifyFailure(failure(false), false)).toEqual({ ...empty, outcome: unsent });
    const sent = kind !== 'connect' && kind !== 'refused-target';
    expect(classifyFailure(failure(sent), true)).toEqual({ ...empty, outcome: repeatable });
    expect(classifyFailure(failure(sent), false)).toEqual({ ...empty, outcome: once });
  });

  it('does not take a bug for a failure of the outlet', () => {
    expect(() => classifyFailure(new TypeError('bug'), true)).toThrow('bug');
  });
});
