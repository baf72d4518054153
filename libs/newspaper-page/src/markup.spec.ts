import { describe, expect, it } from '@jest/globals';
import { linesOf } from './lines.js';

const texts = (page: string): string[] => linesOf(page).map(({ draft }) => draft.text);

describe('left-over markup', () => {
  it.each([
    ['总第**857**期', '总第857期'],
    ['# 标题', '标题'],
    ['#标题', '标题'],
    ['#话题# 很热', '#话题# 很热'],
    ['**本报讯** 今天', '本报讯 今天'],
    ['去<b>年</b>的<span class="x">事</span>', '去年的事'],
    ['《<标准>》a<b与c>d', '《<标准>》a<b与c>d'],
    ['A&amp;B&nbsp;公司&#26412;', 'A&B 公司本'],
    ['&unknown;', '&unknown;'],
    ['软\u00ad连\u200b字\ufeff', '软连字'],
    ['见[全文](https://a.example/b)', '见全文'],
    ['1\\. 加强', '1. 加强'],
    ['> 引文', '引文'],
    ['5*3=15', '5*3=15'],
    ['| 一 | 二 |', '一 二'],
    ['　　段落　标题', '段落　标题'],
    ['甲    乙', '甲 乙'],
  ])('%s', (line, expected) => {
    expect(texts(line)).toEqual([expected]);
  });

  it('is noted, and clean text has no note', () => {
    expect(linesOf('总第**857**期')[0]?.draft.notes).toMatchObject([{ kind: 'markup', count: 2 }]);
    expect(linesOf('　　总第857期，“很好”。')[0]?.draft.notes).toEqual([]);
  });

  it('tells heading levels and whole bold lines', () => {
    expect(linesOf('## 二级\n<h3>三级</h3>\n**粗**\n普通').map(({ level, bold }) => [level, bold])).toEqual([
      [2, false],
      [3, false],
      [0, true],
      [0, false],
    ]);
  });
});

describe('lines', () => {
  it('are cut at every kind of line end, blank ones counted', () => {
    const lines = linesOf('\ufeff一\r\n二\r三\n\n\u2028四<br>五</p>六');
    expect(lines.map(({ draft, gap }) => [draft.text, gap])).toEqual([
      ['一', 0],
      ['二', 0],
      ['三', 0],
      ['四', 2],
      ['五', 0],
      ['六', 0],
    ]);
  });

  it('know their indentation', () => {
    expect(linesOf('　　一\n    二\n\t三\n四').map(({ indent }) => indent)).toEqual([4, 4, 4, 0]);
  });
});
