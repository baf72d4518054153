import { describe, expect, it } from '@jest/globals';
import { applyDecisions, type Decidable } from './apply-decisions.js';

const fields = {
  kicker: null,
  headline: '领导千部会议',
  subtitle: null,
  body: ['甲人选乙人选丙。', '重复。重复。丁', '整段重复。'],
  editor: '某',
};
const repair = (
  id: string,
  field: 'headline' | `body/${number}`,
  offset: number,
  length: number,
  replacement: string,
): Decidable => ({
  id,
  class: 'propose',
  place: { field, offset, length, replacement },
});
const repairs: Decidable[] = [
  repair('r1', 'headline', 2, 1, '干'),
  repair('r2', 'body/0', 1, 1, '入'),
  repair('r3', 'body/0', 4, 1, '进入'),
  repair('r4', 'body/1', 0, 3, ''),
  repair('r5', 'body/2', 0, 5, ''),
  { id: 'r6', class: 'auto', place: null },
];

describe('decisions', () => {
  it('applies several accepted proposals of one paragraph and leaves the rest', () => {
    expect(
      applyDecisions(fields, repairs, { r1: 'accept', r2: 'accept', r3: 'accept', r4: 'reject' }),
    ).toEqual({
      ...fields,
      headline: '领导干部会议',
      body: ['甲入选乙进入选丙。', '重复。重复。丁', '整段重复。'],
    });
  });

  it('drops a paragraph that an accepted repair empties, and only that', () => {
    expect(applyDecisions(fields, repairs, { r4: 'accept', r5: 'accept' }).body).toEqual([
      '甲人选乙人选丙。',
      '重复。丁',
    ]);
  });

  it('changes nothing without decisions, and not the input', () => {
    const before = structuredClone(fields);
    expect(applyDecisions(fields, repairs, {})).toEqual(before);
    applyDecisions(fields, repairs, { r1: 'accept', r2: 'accept' });
    expect(fields).toEqual(before);
  });

  it('lets the earlier of two overlapping places win', () => {
    const overlapping = [repair('a', 'body/2', 0, 3, '甲'), repair('b', 'body/2', 2, 2, '乙')];
    expect(applyDecisions(fields, overlapping, { a: 'accept', b: 'accept' }).body[2]).toBe('甲复。');
  });

  it('refuses places of another text, and inherited names are no decisions', () => {
    expect(() => applyDecisions(fields, [repair('a', 'body/2', 4, 9, '')], { a: 'accept' })).toThrow(
      RangeError,
    );
    expect(applyDecisions(fields, [repair('toString', 'body/2', 0, 1, '')], {}).body[2]).toBe('整段重复。');
  });
});
