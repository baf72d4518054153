import { describe, expect, it } from '@jest/globals';
import { leadOf, sentencesOf } from './lead.js';

describe('sentencesOf', () => {
  it('ends a sentence at 。！？ outside quotes and brackets only', () => {
    expect(sentencesOf('他说：“走吧。再见！”大家笑了。（完。）真的？！好')).toEqual([
      '他说：“走吧。再见！”大家笑了。',
      '（完。）真的？！',
      '好',
    ]);
  });

  it('leaves numbers whole and ends half-width sentences before a space', () => {
    expect(sentencesOf('It rose 45.5% today. Why? Nobody knows.')).toEqual([
      'It rose 45.5% today. ',
      'Why? ',
      'Nobody knows.',
    ]);
    expect(sentencesOf('增长3.5%，达21.5亿元。同比')).toEqual(['增长3.5%，达21.5亿元。', '同比']);
  });

  it('loses nothing, whatever is open at the end', () => {
    for (const text of ['“没有收尾。还有。', '》）”。', '', '。。。', 'a.b.c']) {
      expect(sentencesOf(text).join('')).toBe(text);
    }
  });
});

describe('leadOf', () => {
  it('takes whole sentences while they fit, across paragraphs', () => {
    expect(leadOf(['一句。两句。', '三句。'])).toBe('一句。两句。三句。');
    const long = `${'长'.repeat(100)}。`;
    expect(leadOf([`短句。${long}`, long])).toBe(`短句。${long}`);
    expect(leadOf([long, long])).toBe(long);
  });

  it('sets Latin sentences apart and joins Chinese ones', () => {
    expect(leadOf(['One.  Two.', 'Three.'])).toBe('One. Two. Three.');
  });

  it('sets apart what ends without a mark: headings, cells, list items', () => {
    expect(leadOf(['第一章 总则', '第一条 为了规范', '名 数'])).toBe('第一章 总则 第一条 为了规范 名 数');
    expect(leadOf(['一是：', '甲，', '乙；', '“丙”', '（丁）', '完。', '又'])).toBe(
      '一是：甲，乙；“丙”（丁）完。又',
    );
    expect(leadOf(['Heading', 'Text 45%', '正文'])).toBe('Heading Text 45% 正文');
  });

  it('cuts a first sentence without end at a grapheme, quotes closed', () => {
    const lead = leadOf([`“${'字'.repeat(300)}`]);
    expect(lead).toMatch(/^“字+…”$/);
    expect(lead).toHaveLength(200);
  });

  it('is empty where there is no text', () => {
    expect(leadOf([])).toBe('');
    expect(leadOf(['  ', ''])).toBe('');
  });
});
