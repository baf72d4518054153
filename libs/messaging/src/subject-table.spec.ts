import { describe, expect, it } from '@jest/globals';
import { covers, SubjectTable } from './subject-table.js';

describe('covers', () => {
  it.each([
    ['a.b', 'a.b', true],
    ['a.b', 'a.c', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.*', 'a', false],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['>', 'a', true],
    ['*.b', 'a.b', true],
    ['a.>', 'a.*', true],
    ['a.*', 'a.>', false],
    ['a.b', 'a.*', false],
    ['a.*.c', 'a.b.c', true],
    ['a.*.c', 'a.b.d', false],
  ])('%s over %s: %s', (pattern, subject, expected) => {
    expect(covers(pattern, subject)).toBe(expected);
  });
});

describe('SubjectTable', () => {
  const table = new SubjectTable([
    ['a.>', 'rest'],
    ['a.*', 'one'],
    ['a.b', 'exact'],
  ]);

  it.each([
    ['a.b', 'exact'],
    ['a.c', 'rest'],
    ['b', undefined],
  ])('%s finds %s', (subject, expected) => {
    expect(table.find(subject)).toBe(expected);
  });
});
