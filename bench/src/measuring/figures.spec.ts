import { describe, expect, it } from '@jest/globals';
import { count, figure } from './figures.js';

const parts = { name: 'deliveries', unit: '/s', better: 'higher' } as const;

describe('figures', () => {
  it('stands beside each of its baselines', () => {
    const made = figure({ ...parts, ours: [40, 50], baselines: { first: [100, 100], second: [160, 500] } });
    expect(made.baselines.map(({ name, ratio }) => [name, ratio.median])).toEqual([
      ['first', 0.45],
      ['second', 0.175],
    ]);
    expect(made.expectation).toBeNull();
  });

  it('says whether the median ratio to the first baseline is what was expected', () => {
    const of = (ours: number) =>
      figure({
        ...parts,
        ours: [ours],
        baselines: { first: [100], second: [1] },
        expect: { ratioAtLeast: 0.4 },
      });
    expect(of(40).expectation).toEqual({ text: 'at least 0.4 × first', met: true });
    expect(of(39).expectation?.met).toBe(false);
  });

  it('says whether the median ratio is no more than what was expected', () => {
    const of = (ours: number[]) =>
      figure({ ...parts, ours, baselines: { first: [10, 10, 10] }, expect: { ratioAtMost: 1.3 } });
    expect(of([13, 13, 90]).expectation).toEqual({ text: 'at most 1.3 × first', met: true });
    expect(of([14, 14, 1]).expectation?.met).toBe(false);
  });

  it('says whether the median itself is what was expected', () => {
    const of = (ours: number[]) => figure({ ...parts, ours, baselines: {}, expect: { valueAtMost: 80 } });
    expect(of([80, 80, 900]).expectation).toEqual({ text: 'at most 80', met: true });
    expect(of([81]).expectation?.met).toBe(false);
  });

  it('expects no ratio where there is nothing to compare with', () => {
    expect(() => figure({ ...parts, ours: [1], baselines: {}, expect: { ratioAtMost: 2 } })).toThrow(
      'there is no baseline',
    );
  });

  it('makes no result where something is missing or too much', () => {
    expect(count('pushes', 3, 3)).toEqual({ what: 'pushes', expected: 3, seen: 3 });
    expect(() => count('pushes', 3, 2)).toThrow('pushes: 3 expected, 2 seen');
    expect(() => count('pushes', 3, 4)).toThrow('pushes: 3 expected, 4 seen');
  });
});
