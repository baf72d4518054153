import { describe, expect, it } from '@jest/globals';
import { draftOf } from './draft.js';
import { joinPieces } from './seams.js';

describe('between two pieces of one text', () => {
  it.each<[string, string, string, string[]]>([
    ['下一', '阶段', '下一阶段', []],
    ['Green', 'Valley', 'Green Valley', []],
    ['iPh', 'one手机', 'iPh one手机', ['word-across-lines']],
    ['HUAWEI', 'CLOUD', 'HUAWEI CLOUD', ['word-across-lines']],
    ['5G', '网络', '5G网络', []],
    ['word,', 'next', 'word, next', []],
    ['达56', '2024年', '达56 2024年', ['number-across-lines']],
    ['增长3.', '5%。', '增长3. 5%。', ['number-across-lines']],
    ['登录https://www.gov.', 'cn/fuwu查询', '登录https://www.gov.cn/fuwu查询', []],
    ['邮箱abc@qs.', 'com，', '邮箱abc@qs.com，', []],
  ])('%s⏎%s', (before, after, text, proposals) => {
    const joined = joinPieces([draftOf(before), draftOf(after)], 'fragments-joined');
    expect(joined.text).toBe(text);
    expect(joined.notes.flatMap((note) => (note.class === 'propose' ? [note.kind] : []))).toEqual(proposals);
  });
});
