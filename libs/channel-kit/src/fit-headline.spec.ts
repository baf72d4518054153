import { describe, expect, it } from '@jest/globals';
import { fitHeadline } from './fit-headline.js';

const graphemes = (text: string) => [...new Intl.Segmenter('zh').segment(text)].length;

describe('fitHeadline', () => {
  it('leaves what fits, and every headline where there is no limit', () => {
    const headline = '橙香连鲁渝 共谱振兴曲';
    expect(fitHeadline(headline, null)).toEqual({ headline, cut: false });
    expect(fitHeadline(headline, 11)).toEqual({ headline, cut: false });
    expect(fitHeadline('👨‍👩‍👧‍👦'.repeat(3), 3)).toEqual({ headline: '👨‍👩‍👧‍👦'.repeat(3), cut: false });
  });

  it("takes the editor's short title where that fits, and never promotes it where the headline does", () => {
    expect(fitHeadline('一二三四五六七八九十', 6, '一至十')).toEqual({ headline: '一至十', cut: true });
    expect(fitHeadline('一二三', 6, '短')).toEqual({ headline: '一二三', cut: false });
    expect(fitHeadline('一二三四五六七八九十', 6, '这个短题也太长了')).toEqual({
      headline: '一二三四五…',
      cut: true,
    });
  });

  it.each([
    ['at a grapheme', '甲👨‍👩‍👧‍👦乙丙丁', 3, '甲👨‍👩‍👧‍👦…'],
    ['with quotes closed', '打造“标杆车间”的经验', 7, '打造“标杆…”'],
    ['with book marks closed', '读《论语今读》有感', 6, '读《论语…》'],
    ['with nested pairs closed inside out', '评“读《论语今读》”一文', 8, '评“读《论…》”'],
    ['not after an opening mark', '我们读《论语》有感', 5, '我们读…'],
    ['not after a space', '高新区 要闻简报', 5, '高新区…'],
    ['before a percentage', '同比增长45.5%创新高', 9, '同比增长…'],
    ['before a number with its unit', '实现产值21.5亿元以上', 10, '实现产值…'],
    ['before a date', '定于2025年1月举行仪式', 6, '定于…'],
    ['before a Latin word', '我国GDP继续增长', 5, '我国…'],
    ['after a Latin word that fits', '我国GDP继续增长', 6, '我国GDP…'],
  ])('cuts %s', (_how, headline, limit, fitted) => {
    expect(fitHeadline(headline, limit)).toEqual({ headline: fitted, cut: true });
    expect(graphemes(fitted)).toBeLessThanOrEqual(limit);
  });

  it('keeps to the limit and to whole pairs whatever it gets', () => {
    const headlines = [
      '“《〈「『（【深】）』」〉》”与其他',
      '20250103123456789号公告',
      'supercalifragilisticexpialidocious',
      '《《《《《《',
      'a\u0301e\u0301o\u0301'.repeat(5),
    ];
    for (const headline of headlines) {
      for (let limit = 1; limit <= graphemes(headline); limit += 1) {
        const fitted = fitHeadline(headline, limit);
        expect(graphemes(fitted.headline)).toBeLessThanOrEqual(limit);
        expect(fitted.cut).toBe(limit < graphemes(headline));
        expect(fitted.headline.isWellFormed()).toBe(true);
      }
    }
  });
});
