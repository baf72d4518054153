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

  it('leaves an odd quote as it is and shows it', () => {
    const draft = withFullWidthPunctuation(draftOf('他说"好，会议结束。'));
    expect(draft.text).toBe('他说"好，会议结束。');
    expect(draft.notes).toMatchObject([{ class: 'flag', kind: 'unpaired-quote' }]);
  });

  it('closes a quotation of the paragraph before', () => {
    expect(withFullWidthPunctuation(draftOf('大家的事大家办。"他说。'), true).text).toBe(
      '大家的事大家办。”他说。',
    );
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
