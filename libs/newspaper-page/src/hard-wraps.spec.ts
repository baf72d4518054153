import { describe, expect, it } from '@jest/globals';
import { fragmentsOf } from './hard-wraps.js';
import { linesOf, type Line } from './lines.js';

const texts = (page: string, alone: (line: Line) => boolean = () => false): string[] =>
  fragmentsOf(linesOf(page), alone).map(({ draft }) => draft.text);
/** A paragraph as a printer sets it in a column of so many characters. */
const column = (text: string, width: number): string =>
  (text.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []).join('\n');
const PARAGRAPH =
  '走进原水泥厂的大门高耸的料仓改成了攀岩馆旁边的车间里数控机床正在加工风电轴承企业负责人介绍公司看中的正是这里的厂房高承重好而且离高速公路出口只有几分钟的车程物流十分方便也便于工人上下班所以很快就签约了并且当年就投产见效。';

describe('printed lines', () => {
  it('of one width are put together', () => {
    expect(texts(column(PARAGRAPH, 14))).toEqual([PARAGRAPH]);
  });

  it('end where a paragraph ends, and before an indented one', () => {
    const two = `${column(PARAGRAPH, 14)}\n${column(`\u3000\u3000${PARAGRAPH}`, 14)}`;
    expect(texts(two)).toEqual([PARAGRAPH, PARAGRAPH]);
  });

  it('that stand alone by their words join neither the lines before nor those after', () => {
    const lines = column(PARAGRAPH, 14).split('\n');
    const third = lines[2] ?? '';
    expect(texts(lines.join('\n'), ({ draft }) => draft.text === third)).toHaveLength(3);
  });

  it('of many widths are paragraphs of their own', () => {
    const page = '一句短话。\n这一句话比上面那一句要长得多一些。\n第三句。\n第四句话也不算很长。';
    expect(texts(page)).toEqual(page.split('\n'));
  });
});

describe('lines of a headline as wide as the column', () => {
  it.each([
    ['above a dateline', '本报讯（记者 张三）'],
    ['above a byline', '本报记者 张三\n'],
  ])('stay apart %s', (_, opening) => {
    const heads = ['县委常委会传达学习会议精神', '推动教育发展迈出新的步伐'];
    expect(texts(`${heads.join('\n')}\n${opening}${column(PARAGRAPH, 13)}`).slice(0, 2)).toEqual(heads);
  });

  it('stay apart above a blank line and an indented paragraph', () => {
    const heads = ['县委常委会传达学习会议精神', '推动教育发展迈出新的步伐'];
    const page = `${heads.join('\n')}\n\n${column(`\u3000\u3000${PARAGRAPH}`, 13)}`;
    expect(texts(page)).toEqual([...heads, PARAGRAPH]);
  });

  it('stay apart from a full last line above them', () => {
    const heads = ['县委常委会传达学习会议精神', '推动教育发展迈出新的步伐'];
    const full = `${PARAGRAPH.slice(0, 38)}。`;
    const page = `${column(`\u3000\u3000${PARAGRAPH}`, 13)}\n${column(full, 13)}\n${heads.join('\n')}\n本报讯（记者 张三）${column(PARAGRAPH, 13)}`;
    const opens = ({ draft }: Line): boolean => draft.text.startsWith('本报讯');
    expect(texts(page, opens)).toEqual(expect.arrayContaining(heads));
  });

  it('are not looked for in the end of a paragraph', () => {
    const tail = '高耸的料仓改成了攀岩馆旁边\n的车间里数控机床正在加工。';
    const page = `${tail}\n${column(`\u3000\u3000${PARAGRAPH}`, 13)}`;
    expect(texts(page)).toEqual([tail.replace('\n', ''), PARAGRAPH]);
  });
});
