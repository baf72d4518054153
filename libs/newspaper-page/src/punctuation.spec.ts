import { describe, expect, it } from '@jest/globals';
import { draftOf } from './draft.js';
import { withFullWidthPunctuation, withoutSpacesAtMarks } from './punctuation.js';

const mended = (text: string): string => withFullWidthPunctuation(draftOf(text)).text;

describe('full-width punctuation', () => {
  it.each([
    ['今天,会议召开;明天:休会!好吗?', '今天，会议召开；明天：休会！好吗？'],
    ['达到45.5%,人均1,000元', '达到45.5%，人均1,000元'],
    ['10:30开始,比分3:1', '10:30开始，比分3:1'],
    ['2025-01-03(B型)获批', '2025-01-03（B型）获批'],
    ['YUESHENG HE(何悦盛)、', 'YUESHENG HE（何悦盛）、'],
    ['聚焦"又高又新"主责', '聚焦“又高又新”主责'],
    ['"甲""乙",入选', '“甲”“乙”，入选'],
    ['他说:"这就是\'雀舌\'。"', '他说：“这就是‘雀舌’。”'],
    ['详见http://a.example/b?c=1,d:2。', '详见http://a.example/b?c=1,d:2。'],
    ['邮箱:a.b@c.example,欢迎', '邮箱：a.b@c.example，欢迎'],
    ['don\'t stop, he said: (yes) "now".', 'don\'t stop, he said: (yes) "now".'],
    ['会议举行.', '会议举行。'],
    ['等等......', '等等……'],
    ['一. 加强领导', '一. 加强领导'],
    ['1)加强领导', '1)加强领导'],
    ['阿卜杜拉.买买提说', '阿卜杜拉.买买提说'],
    ['园区建成的新型基础设施包括AI,5G,IoT等', '园区建成的新型基础设施包括AI，5G，IoT等'],
    ['天地--人间', '天地——人间'],
    ['全角，“引号”（括号）。', '全角，“引号”（括号）。'],
  ])('%s', (text, expected) => {
    expect(mended(text)).toBe(expected);
  });

  it('closes a quotation of the paragraph before', () => {
    const before = { opensBefore: true, closesAfter: false };
    expect(withFullWidthPunctuation(draftOf('大家的事大家办。"他说。'), before).text).toBe(
      '大家的事大家办。”他说。',
    );
  });

  const asked = (text: string): unknown[] =>
    withFullWidthPunctuation(draftOf(text)).notes.flatMap(({ kind, offset, proposal }) =>
      proposal === null ? [] : [[kind, offset, proposal.length, proposal.replacement]],
    );

  it.each([
    ['他说"好，会议结束。', '他说"好，会议结束。', [['doubtful-mark', 2, 1, '“']]],
    [
      '是发展的牛鼻子"。要以"开局就是决战"的姿态。',
      '是发展的牛鼻子"。要以“开局就是决战”的姿态。',
      [['doubtful-mark', 7, 1, '”']],
    ],
    // The neighbours of each quote say which half it is.
    ['号召，"人人有责。', '号召，"人人有责。', [['doubtful-mark', 3, 1, '“']]],
    ['他说：“第一段没有完。', '他说：“第一段没有完。', [['doubtful-mark', 11, 0, '”']]],
    ['抓好菜篮子”工程。', '抓好菜篮子”工程。', [['doubtful-mark', 5, 1, '']]],
    // Three quotes between words can be paired in more than one way.
    ['抓好"菜篮子"工"程', '抓好"菜篮子"工"程', [['doubtful-mark', 2, 1, '“']]],
    // Both halves stand between words and a full stop lies in between: halves of two pairs.
    ['抓好菜篮子"工程。抓好"米袋子', '抓好菜篮子"工程。抓好"米袋子', [['doubtful-mark', 5, 1, '“']]],
  ])(
    'a quote without a partner stays, the rest is paired, and an editor is asked: %s',
    (text, left, doubts) => {
      expect(mended(text)).toBe(left);
      expect(asked(text)).toEqual(doubts);
    },
  );

  it.each([
    '“《以“营商”换“赢商”》获奖。”他说。',
    '称赞他"有胆识，能吃苦"的精神。',
    '"这里变化真大。路宽了。"他说。',
  ])('nothing is asked about whole quotations: %s', (text) => {
    expect(asked(text)).toEqual([]);
  });

  it('notes nothing in clean text', () => {
    expect(withFullWidthPunctuation(draftOf('全角，“引号”（括号）45.5%。')).notes).toEqual([]);
  });

  it('does not choke on long runs', () => {
    const start = performance.now();
    for (const mark of ['"', "'", '(', ')', '.', ',', '中"', '中('])
      withFullWidthPunctuation(draftOf(mark.repeat(60_000)));
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

describe('spaces at marks', () => {
  it('go away in running text and stay in verse', () => {
    expect(withoutSpacesAtMarks(draftOf('早达效。 济宁高新区， 表示')).text).toBe('早达效。济宁高新区，表示');
    expect(withoutSpacesAtMarks(draftOf('春眠不觉晓， 处处闻啼鸟。')).text).toBe('春眠不觉晓， 处处闻啼鸟。');
  });
});
