import { describe, expect, it } from '@jest/globals';
import { cells } from './characters.js';
import { findWraps, type WrappedText } from './column-width.js';

const SENTENCE =
  '为了让粮食卖上好价钱，石桥镇与3家粮食加工企业签订了订单，统一收购优质稻谷。企业派车到田头，现场检测水分、现场过磅、现场付款，农户足不出村就能把粮食变成现钱，全镇今年种植水稻2.3万亩，预计月底前全部归仓，比去年提前一个星期。';

/** Sets a text in a column as a printer does; answers the text with a space at each wrap and where these stand. */
function set(text: string, width: number, indent = 4): { text: string; wraps: number[] } {
  let out = '';
  let line = indent;
  const wraps: number[] = [];
  for (const char of text) {
    if (line + cells(char) > width && !/[，。；：！？、”）]/u.test(char) && char !== ' ') {
      wraps.push(out.length);
      out += ' ';
      line = 0;
    }
    out += char;
    line += cells(char);
  }
  return { text: out, wraps };
}
const plain = (text: string): WrappedText => ({ text, lead: 0, leadEndsLine: false, indent: null });
const wrapsOf = (...texts: string[]): number[][] => findWraps(texts.map(plain));

describe('wraps by the width of the column', () => {
  it.each([26, 34, 40, 48, 52, 60])('are found in a column of %i cells', (width) => {
    const { text, wraps } = set(SENTENCE, width);
    expect(wraps.length).toBeGreaterThan(2);
    expect(wrapsOf(text)).toEqual([wraps]);
  });

  it('are found where the page shows an indentation that the wrapped line does not keep', () => {
    const { text, wraps } = set(SENTENCE, 48, 0);
    expect(findWraps([{ text, lead: 0, leadEndsLine: false, indent: 4 }])).toEqual([wraps]);
    const short = set('区新时期产业工人队伍建设改革会议各成员单位和参与单位负责同志参加会议。', 48, 0);
    expect(
      findWraps([text, short.text].map((one) => ({ text: one, lead: 0, leadEndsLine: false, indent: 4 })))[1],
    ).toEqual(short.wraps);
  });

  it('are found where the line ended right behind the dateline', () => {
    const { text, wraps } = set(SENTENCE, 48, 0);
    const short = set('区新时期产业工人队伍建设改革会议各成员单位和参与单位负责同志参加会议。', 48, 0);
    const judged = (leadEndsLine: boolean): number[] | undefined =>
      findWraps([
        { text, lead: 0, leadEndsLine: false, indent: null },
        { text: short.text, lead: 43, leadEndsLine, indent: null },
      ])[1];
    expect(wraps.length).toBeGreaterThan(2);
    expect(judged(true)).toEqual(short.wraps);
    expect(judged(false)).toEqual([]);
  });

  it('are found behind a byline that was wrapped itself, however few', () => {
    const { text } = set(SENTENCE, 36, 0);
    const short = '记者3日从 国家铁路有关部门获悉，我国首条智能化重 载铁路日前完成联调联试。';
    const judged = (lead: number): number[] | undefined =>
      findWraps([
        { text, lead: 0, leadEndsLine: false, indent: null },
        { text: short, lead, leadEndsLine: false, indent: null },
      ])[1];
    expect(judged(46)).toEqual([...short.matchAll(/ /g)].map(({ index }) => index));
    // A byline that fits into its line leaves the first one a length that is known.
    expect(judged(12)).toEqual([]);
  });

  it('leaves a real space among them', () => {
    const { text, wraps } = set(
      SENTENCE.replace('企业派车到田头', '企业以“手中有粮 心中不慌”为目标派车到田头'),
      34,
    );
    expect(wrapsOf(text)).toEqual([wraps]);
  });

  it('takes the width of the page for texts with one wrap or two', () => {
    const long = set(SENTENCE, 48);
    const short = set('区新时期产业工人队伍建设改革会议各成员单位和参与单位负责同志参加会议。', 48);
    expect(short.wraps).toHaveLength(1);
    expect(wrapsOf(long.text, short.text)[1]).toEqual(short.wraps);
    // Alone it shows no width, so nothing is taken out.
    expect(wrapsOf(short.text)).toEqual([[]]);
  });

  it('finds a common width of several short texts', () => {
    const one = set(
      '为确保项目建设攻坚扎实有效开展，健全项目建设全链条服务机制，开通绿色通道，积极为企业提供一站式服务。',
      48,
    );
    const two = set('区新时期产业工人队伍建设改革会议各成员单位和参与单位负责同志参加会议。', 48);
    expect(wrapsOf(one.text, two.text)).toEqual([one.wraps, two.wraps]);
  });

  it.each([
    '获奖的有张三 李四 王五 赵六 钱七 孙八 周九 吴十，共八人。',
    '春眠不觉晓， 处处闻啼鸟。 夜来风雨声， 花落知多少。',
    '近日，“鲁渝协作助振兴 万吨柑橘进山东”推介会在源尚农产品批发市场举办，两地相关部门、企业、采购商等近200人齐聚于此，共商柑橘产业合作，同启乡村振兴新篇。',
    '他在Green Valley公司与New Horizon公司的Open Day活动上说，合作育种前景广阔，大家都很有信心，明年再来。',
  ])('finds none in %s', (text) => {
    expect(wrapsOf(text)).toEqual([[]]);
  });

  it('takes no time on garbage', () => {
    const start = performance.now();
    findWraps(Array.from({ length: 400 }, () => plain('中国人 民 '.repeat(900))));
    findWraps([plain('中 '.repeat(500_000))]);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
