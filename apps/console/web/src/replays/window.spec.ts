import { describe, expect, it } from '@jest/globals';
import { replayInput } from '@newsrelay/contracts/replay';
import { fieldOf, instantOf, lastHours, statesOf } from './window.js';

const NOON = Date.parse('2025-01-03T12:00:20+08:00');

describe('the window of a replay', () => {
  it('is in Shanghai’s time, whatever the browser’s zone', () => {
    expect(fieldOf(Date.parse('2024-12-31T16:30:00Z'))).toBe('2025-01-01T00:30');
    expect(instantOf('2025-01-01T00:30')).toBe('2025-01-01T00:30:00+08:00');
    expect(instantOf('2025-01-01T00:30:15')).toBe('2025-01-01T00:30:15+08:00');
    expect(instantOf('')).toBe('');
  });
  it('of the last hours holds what was released just now', () => {
    expect(lastHours(24, NOON)).toEqual({ since: '2025-01-02T12:01', until: '2025-01-03T12:01' });
    expect(lastHours(1, Date.parse('2025-01-03T12:00:00+08:00')).until).toBe('2025-01-03T12:01');
  });
});

describe('what a replay repeats', () => {
  it('is by state, or everything and what never went there', () => {
    expect(statesOf('failed', ['delivered'])).toEqual(['dead', 'unknown']);
    expect(statesOf('all', [])).toBeUndefined();
    expect(statesOf('chosen', ['delivered', 'retrying'])).toEqual(['retrying', 'delivered']);
  });
  it.each(['failed', 'all', 'chosen'] as const)('is what the API takes, %s', (scope) => {
    const { since, until } = lastHours(31 * 24, NOON);
    const body = {
      channel: 'partner',
      since: instantOf(since),
      until: instantOf(until),
      state: statesOf(scope, ['retrying']),
    };
    expect(replayInput.safeParse(body)).toMatchObject({ success: true });
  });
});
