import { describe, expect, it } from '@jest/globals';
import { percentile, ratiosOf, spreadOf } from './statistics.js';

describe('statistics', () => {
  it('takes the middle of an odd number of rounds, and half-way between the two of an even one', () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9, rounds: [9, 1, 5] });
    expect(spreadOf([4, 1, 2, 10]).median).toBe(3);
  });

  it('interpolates percentiles', () => {
    const hundred = Array.from({ length: 101 }, (_, index) => index);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile([0, 10], 0.99)).toBeCloseTo(9.9);
    expect(percentile([7], 0.5)).toBe(7);
  });

  it('divides round by round', () => {
    const ratios = ratiosOf(spreadOf([10, 5, 8]), spreadOf([20, 10, 10]));
    expect(ratios.rounds).toEqual([0.5, 0.5, 0.8]);
    expect(ratios.median).toBe(0.5);
  });

  it('makes no figure of what was not measured', () => {
    expect(() => spreadOf([])).toThrow('nothing was measured');
    expect(() => spreadOf([1, Number.NaN])).toThrow('NaN is no measurement');
    expect(() => ratiosOf(spreadOf([1, 2]), spreadOf([1]))).toThrow('no measurement');
    expect(() => ratiosOf(spreadOf([1]), spreadOf([0]))).toThrow('no measurement');
  });
});
