import { describe, expect, it } from '@jest/globals';
import { readOptions, SECTIONS, UsageError } from './options.js';

describe('the options of bench', () => {
  it('runs every section with the plan’s own numbers unless told otherwise', () => {
    expect(readOptions([])).toEqual({
      sections: [...SECTIONS],
      quick: false,
      rounds: null,
      json: null,
      profile: false,
    });
  });

  it('takes sections in any order, each once, and runs them in its own', () => {
    expect(readOptions(['page', '--quick', 'latency', 'page']).sections).toEqual(['latency', 'page']);
  });

  it('reads values of options', () => {
    expect(readOptions(['--rounds', '7', '--json', 'out.json', '--profile'])).toMatchObject({
      rounds: 7,
      json: 'out.json',
      profile: true,
    });
  });

  it.each([
    [['--rounds'], '--rounds needs a value'],
    [['--json', '--quick'], '--json needs a value'],
    [['--rounds', '0'], 'from 1 to 50'],
    [['--rounds', '2.5'], 'from 1 to 50'],
    [['--fast'], 'no option --fast'],
    [['feed'], 'no section feed; sections: deliveries'],
  ])('refuses %j', (words, message) => {
    expect(() => readOptions(words)).toThrow(UsageError);
    expect(() => readOptions(words)).toThrow(message);
  });
});
