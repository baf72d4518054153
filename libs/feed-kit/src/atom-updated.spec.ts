import { describe, expect, it } from '@jest/globals';
import { distinctUpdated } from './atom-updated.js';
import { testEntry } from './test-feed.fixture.js';

const releasedAt = new Date('2025-01-03T01:00:00.250Z');
const entry = (releaseOrder: string) => ({ ...testEntry(1, { releasedAt }), releaseOrder });

describe('distinctUpdated', () => {
  it('tells entries of one instant apart by their order of release, whatever their neighbours', () => {
    const [third, second, first] = [entry('1000003'), entry('1000002'), entry('1000001')];
    expect(distinctUpdated([third, second, first])).toEqual([
      '2025-01-03T09:00:00.250003+08:00',
      '2025-01-03T09:00:00.250002+08:00',
      '2025-01-03T09:00:00.250001+08:00',
    ]);
    expect(distinctUpdated([second])).toEqual(['2025-01-03T09:00:00.250002+08:00']);
  });

  it('moves the later one on where the order meets too', () => {
    const values = distinctUpdated([entry('2999'), entry('1999'), entry('999'), entry('0')]);
    expect(values).toEqual([
      '2025-01-03T09:00:00.250002+08:00',
      '2025-01-03T09:00:00.250001+08:00',
      '2025-01-03T09:00:00.250999+08:00',
      '2025-01-03T09:00:00.250000+08:00',
    ]);
    expect(new Set(values).size).toBe(4);
  });

  it('takes orders beyond 2^53', () => {
    expect(distinctUpdated([entry('9223372036854775807')])).toEqual(['2025-01-03T09:00:00.250807+08:00']);
  });
});
