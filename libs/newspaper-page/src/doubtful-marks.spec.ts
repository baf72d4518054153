import { describe, expect, it } from '@jest/globals';
import { proposeMarks } from './doubtful-marks.js';
import { draftOf } from './draft.js';

const notes = (text: string): unknown[] =>
  proposeMarks(draftOf(text)).notes.map((one) => [
    one.class,
    text.slice(one.offset, one.offset + (one.proposal?.length ?? 1)),
    one.proposal?.replacement,
  ]);

describe('doubtful marks', () => {
  it('a colon in the middle of an enumeration is likely a semicolon', () => {
    expect(
      notes(
        '其中，新建7所幼儿园，高中学位扩增560个：采取多种模式救助儿童143名；新建6处食堂；全区建成65个基站。',
      ),
    ).toEqual([['propose', '：', '；']]);
  });

  it.each([
    '一年来，全县新建学校3所：新建一中分校投资2亿元；新建二小投资1亿元；新建幼儿园投资5000万元。',
    '全市新增企业120家：其中工业企业50家；服务业70家；其余明年开工。',
    '会议提出3个：一是加强领导；二是压实责任；三是抓好落实。',
    '记者看到，大屏上写着：采取措施，保障供应。',
  ])('a colon that opens a list stays: %s', (text) => {
    expect(notes(text)).toEqual([]);
  });

  it('two marks in one place are one too many', () => {
    expect(notes('工期，，确保开工，。')).toEqual([
      ['propose', '，，', '，'],
      ['propose', '，。', '。'],
    ]);
  });
});
