import { describe, expect, it } from '@jest/globals';
import { cells, endsSentence, isFullWidthMark, isHan, isSpace, lengthWithoutSpaces } from './characters.js';

describe('characters', () => {
  it.each([
    ['结束了。', true],
    ['结束了。”', true],
    ['“真的？”', true],
    ['（见图。）', true],
    ['等等……', true],
    ['坚持"又高又新"', false],
    ['先后获得', false],
    ['一是，', false],
    ['增长45.5', false],
    ['举行.', true],
    ['', false],
  ])('%s ends a sentence: %s', (text, expected) => {
    expect(endsSentence(text)).toBe(expected);
  });

  it('counts cells: full-width 2, Latin and digits 1, squeezed half-width marks between', () => {
    expect(cells('济宁5G')).toBe(6);
    expect(cells('济宁,')).toBe(5.5);
    expect(cells('“济宁”。')).toBe(10);
  });

  it('tells Han, spaces and Chinese marks apart', () => {
    expect([isHan('济'), isHan('〇'), isHan('A'), isHan('，'), isHan(undefined)]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect([isSpace('\u3000'), isSpace(' '), isSpace('a')]).toEqual([true, true, false]);
    expect([isFullWidthMark('，'), isFullWidthMark(',')]).toEqual([true, false]);
    expect(lengthWithoutSpaces('橙香 连\u3000鲁渝')).toBe(5);
  });
});
