import { describe, expect, it } from '@jest/globals';
import { readOptions, UsageError } from './options.js';

describe('options of chaos', () => {
  it('reads them', () => {
    expect(readOptions(['--minutes', '30', '--seed', 'S-1'])).toEqual({
      minutes: 30,
      seed: 'S-1',
      planOnly: false,
      check: null,
    });
    expect(readOptions(['--quick', '--plan'])).toMatchObject({ minutes: 0.6, planOnly: true });
    expect(readOptions(['--check', 'folder']).check).toBe('folder');
  });

  it('draws a seed where none is given', () => {
    const seeds = new Set(Array.from({ length: 20 }, () => readOptions([]).seed));
    expect(seeds.size).toBeGreaterThan(10);
  });

  it.each([
    [['--minutes'], '--minutes needs a value after it'],
    [['--minutes', 'ten'], 'not ten'],
    [['--minutes', '0'], 'not 0'],
    [['--seed', 'a b'], 'not a b'],
    [['--quick', '--minutes', '3'], 'leave one of the two out'],
    [['slow'], 'chaos knows no option slow'],
  ])('refuses %j', (words, message) => {
    expect(() => readOptions(words)).toThrow(UsageError);
    expect(() => readOptions(words)).toThrow(message);
  });
});
