import { describe, expect, it } from '@jest/globals';
import { bodyDiff, lineDiff, type Stretch } from './text-diff.js';

const beforeOf = (stretches: readonly Stretch[]) =>
  stretches
    .filter(({ kind }) => kind !== 'added')
    .map(({ text }) => text)
    .join('');
const afterOf = (stretches: readonly Stretch[]) =>
  stretches
    .filter(({ kind }) => kind !== 'removed')
    .map(({ text }) => text)
    .join('');

describe('lineDiff', () => {
  it('shows the word that changed and leaves the rest alone', () => {
    const stretches = lineDiff('推介会于3日在济宁高新区举行。', '推介会于4日在济宁高新区举行。');
    expect(stretches.filter(({ kind }) => kind === 'removed').map(({ text }) => text)).toEqual(['3']);
    expect(stretches.filter(({ kind }) => kind === 'added').map(({ text }) => text)).toEqual(['4']);
  });
  it.each([
    ['', ''],
    ['', '新的一行'],
    ['旧的一行', ''],
    ['同样', '同样'],
    ['州柑橘等农特产品人驻内地城市', '州柑橘等农特产品入驻内地城市'],
    ['👨‍👩‍👧一家', '👨‍👩‍👦一家'],
    ['\u202eabc', 'abc'],
  ])('loses nothing of %j and %j', (before, after) => {
    const stretches = lineDiff(before, after);
    expect(beforeOf(stretches)).toBe(before);
    expect(afterOf(stretches)).toBe(after);
  });
  it('shows two unlike texts as one out and one in', () => {
    expect(lineDiff('关爱劳动者，工会送温暖。', '橙香连鲁渝 共谱振兴曲').map(({ kind }) => kind)).toEqual([
      'removed',
      'added',
    ]);
  });
  it('of very long texts ends soon', () => {
    const before = Array.from({ length: 20_000 }, (_, index) => `旧${index}`).join('，');
    const after = Array.from({ length: 20_000 }, (_, index) => `新${index}`).join('。');
    // Compared one with every other they would take hours, on any machine.
    const stretches = lineDiff(before, after);
    expect(beforeOf(stretches)).toBe(before);
  });
});

describe('bodyDiff', () => {
  it('gathers what stayed, and shows what changed, came and went', () => {
    expect(
      bodyDiff(
        ['第一段。', '第二段。', '第三段甲乙丙丁。', '第四段。'],
        ['第一段。', '第二段。', '第三段甲乙丙戊。', '第四段。', '第五段。'],
      ).map(({ kind }) => kind),
    ).toEqual(['same', 'changed', 'same', 'added']);
  });
});
