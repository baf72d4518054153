import { describe, expect, it } from '@jest/globals';
import { replayInput } from './replay.js';

const asked = { channel: 'north', since: '2026-01-01T00:00:00+08:00', until: '2026-01-02T00:00:00+08:00' };

describe('what a replay is asked for with', () => {
  it('has a rate, and is no dry run, unless it says so', () => {
    expect(replayInput.parse(asked)).toEqual({
      channel: 'north',
      since: new Date('2025-12-31T16:00:00Z'),
      until: new Date('2026-01-01T16:00:00Z'),
      ratePerSecond: 5,
      dryRun: false,
    });
  });

  it.each<[object, string[]]>([
    [{ until: '2026-02-01T00:00:00+08:00' }, []],
    [{ until: '2026-02-01T00:00:01+08:00' }, ['until']],
    [{ until: asked.since }, ['until']],
    [{ since: '2026-01-01T00:00:00' }, ['since']],
    [{ since: '0000-01-01T00:00:00Z' }, ['since']],
    [{ since: 1, until: null }, ['since', 'until']],
    [{ until: '9999-12-31T23:59:59-10:00' }, ['until']],
    [{ state: ['dead', 'sending'] }, ['state']],
  ])('complains of %j at %j', (fields, at) => {
    const issues = replayInput.safeParse({ ...asked, ...fields }).error?.issues ?? [];
    expect(issues.map(({ path }) => path[0])).toEqual(at);
  });
});
