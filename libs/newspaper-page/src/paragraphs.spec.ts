import { describe, expect, it } from '@jest/globals';
import { draftOf } from './draft.js';
import type { ItemKind } from './items.js';
import { paragraphsOf } from './paragraphs.js';
import { readPage } from './read-page.js';

const piece = (text: string, kind: ItemKind = 'text', indent = 0) => ({
  draft: draftOf(text),
  kind,
  indent,
  level: 0,
  bold: false,
});
const texts = (pieces: ReturnType<typeof piece>[], indents = false): string[] =>
  paragraphsOf(pieces, indents).map(({ draft }) => draft.text);

describe('fragments of a body', () => {
  it.each<[string, ReturnType<typeof piece>[], string[]]>([
    ['without a full stop go on', [piece('部署下一'), piece('阶段工作。')], ['部署下一阶段工作。']],
    ['with a full stop end', [piece('会议召开。'), piece('会议要求。')], ['会议召开。', '会议要求。']],
    [
      'go on in a quotation that the next one closes',
      [piece('“这里变化真大。'), piece('路宽了。”村民说。')],
      ['“这里变化真大。路宽了。”村民说。'],
    ],
    [
      'do not go on in a quotation that nothing closes',
      [piece('他说：“粮食是头等大事。'), piece('要抓好“菜篮子”工程。'), piece('会议结束。')],
      ['他说：“粮食是头等大事。', '要抓好“菜篮子”工程。', '会议结束。'],
    ],
    [
      'go on in a bracket that the next one closes',
      [piece('（见表。'), piece('另见附件。）会议结束。')],
      ['（见表。另见附件。）会议结束。'],
    ],
    [
      'are kept apart before items of a list',
      [piece('任务如下：'), piece('一、抓好落实。'), piece('二、抓好督查。')],
      ['任务如下：', '一、抓好落实。', '二、抓好督查。'],
    ],
    [
      'of verse stay apart',
      [piece('青山一捧土，', 'closed'), piece('入火始成春。', 'closed')],
      ['青山一捧土，', '入火始成春。'],
    ],
  ])('%s', (_, pieces, expected) => {
    expect(texts(pieces)).toEqual(expected);
  });

  it('begin a paragraph where the page indents', () => {
    const pieces = [piece('会议召开', 'text', 4), piece('会议要求。', 'text', 4)];
    expect(texts(pieces, true)).toEqual(['会议召开', '会议要求。']);
    expect(texts(pieces, false)).toEqual(['会议召开会议要求。']);
  });
});

describe('quotes that run over paragraphs', () => {
  const read = (text: string) => {
    const [only] = readPage(`岚溪报 2025年3月18日 星期二\n\n会议召开\n\n本报讯 ${text}`).articles;
    return [only?.body, only?.holds.map(({ code }) => code)];
  };

  it.each<[string, string[], string[]]>([
    [
      '县长说:"粮食是头等大事。\n\n会议强调,要抓好"菜篮子"工程。\n\n会议号召,"人人有责。',
      ['县长说："粮食是头等大事。', '会议强调，要抓好“菜篮子”工程。', '会议号召，"人人有责。'],
      ['repairs-to-decide'],
    ],
    [
      '他说：“第一段没有完。\n\n会议结束。\n\n大家鼓掌。',
      ['他说：“第一段没有完。', '会议结束。', '大家鼓掌。'],
      ['repairs-to-decide'],
    ],
    [
      '县长说:"第一段。\n\n"第二段接着说。"\n\n会议结束。',
      ['县长说：“第一段。', '“第二段接着说。”', '会议结束。'],
      [],
    ],
  ])('%s', (text, body, holds) => {
    expect(read(text)).toEqual([body, holds]);
  });
});
