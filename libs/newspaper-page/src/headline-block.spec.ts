import { describe, expect, it } from '@jest/globals';
import { draftOf } from './draft.js';
import { headlineBlock } from './headline-block.js';

const read = (...lines: string[]): (string | null)[] => {
  const { kicker, headline, subtitle } = headlineBlock(
    lines.map((text) => ({ draft: draftOf(text), level: 0, bold: false })),
  );
  return [kicker, headline, subtitle].map((part) => part?.text ?? null);
};

describe('a headline block', () => {
  it.each<[string[], (string | null)[]]>([
    [[], [null, null, null]],
    [['关爱劳动者 工会送温暖'], [null, '关爱劳动者 工会送温暖', null]],
    [
      ['济宁高新区', '向高而攀走在前 向新而进挑大梁'],
      ['济宁高新区', '向高而攀走在前 向新而进挑大梁', null],
    ],
    [
      ['辰欣高端制剂研发及智能化集约车间项目', '打造国内一流“标杆车间”'],
      ['辰欣高端制剂研发及智能化集约车间项目', '打造国内一流“标杆车间”', null],
    ],
    [
      ['橙香连鲁渝 共谱振兴曲', '2024年重庆柑橘进山东专场推介会活动在济宁高新区举行'],
      [null, '橙香连鲁渝 共谱振兴曲', '2024年重庆柑橘进山东专场推介会活动在济宁高新区举行'],
    ],
    [
      ['老矿区长出新产业', '——西山转型调查'],
      [null, '老矿区长出新产业', '——西山转型调查'],
    ],
    [
      ['春防进入紧要关头', '护林员守住一山绿'],
      [null, '春防进入紧要关头 护林员守住一山绿', null],
    ],
    [
      ['县委理论学习中心组举行集体学习', '李明远主持并讲话'],
      [null, '县委理论学习中心组举行集体学习', '李明远主持并讲话'],
    ],
    [
      ['李明远强调：', '扎实推进项目建设'],
      ['李明远强调：', '扎实推进项目建设', null],
    ],
    [
      ['姚崇岭在调研重点项目时强调', '以项目之进支撑发展之进'],
      ['姚崇岭在调研重点项目时强调', '以项目之进支撑发展之进', null],
    ],
    [
      ['八百年前，一只青瓷碗漂洋过海；八百年后，一位姑娘循着它找来——', '泥巴不会骗人'],
      ['八百年前，一只青瓷碗漂洋过海；八百年后，一位姑娘循着它找来——', '泥巴不会骗人', null],
    ],
    [
      ['毫不松懈抓好粮食生产', '我县召开农村工作会议'],
      [null, '毫不松懈抓好粮食生产', '我县召开农村工作会议'],
    ],
    [
      ['我县召开农村工作会议', '毫不松懈抓好粮食生产'],
      ['我县召开农村工作会议', '毫不松懈抓好粮食生产', null],
    ],
    [
      ['384名小棋手“过招”', '砚州市第二届中小学生围棋联赛落幕'],
      [null, '384名小棋手“过招”', '砚州市第二届中小学生围棋联赛落幕'],
    ],
    [
      ['改什么 怎么改 居民说了算', '今年我市计划改造老旧小区112个'],
      [null, '改什么 怎么改 居民说了算', '今年我市计划改造老旧小区112个'],
    ],
    [
      ['今年春季造林绿化开局良好', '全国累计完成造林绿化1860万亩'],
      [null, '今年春季造林绿化开局良好', '全国累计完成造林绿化1860万亩'],
    ],
    [
      ['义务教育招生政策公布', '新增公办学位5200个 长幼可随学'],
      [null, '义务教育招生政策公布', '新增公办学位5200个 长幼可随学'],
    ],
    [
      ['全县一季度重点项目集中开工', '奋力冲刺首季“开门红”', '姚崇岭宣布开工 梁慕华主持'],
      ['全县一季度重点项目集中开工', '奋力冲刺首季“开门红”', '姚崇岭宣布开工 梁慕华主持'],
    ],
    [
      ['让小巷都亮起来了', '背街小巷完成路灯改造'],
      [null, '让小巷都亮起来了', '背街小巷完成路灯改造'],
    ],
    [
      ['西山区', '老矿区长出新产业', '——西山转型调查'],
      ['西山区', '老矿区长出新产业', '——西山转型调查'],
    ],
  ])('%j', (lines, expected) => {
    expect(read(...lines)).toEqual(expected);
  });

  it('that begins with the line under a headline is doubtful', () => {
    const lines = ['——记云岭乡茶农谢长庚', '茶山深处有人家'].map((text) => ({
      draft: draftOf(text),
      level: 0,
      bold: false,
    }));
    expect(headlineBlock(lines).doubtful).toBe(true);
    expect(headlineBlock(lines.toReversed()).doubtful).toBe(false);
  });

  it('follows the markup where there is one', () => {
    const { kicker, headline } = headlineBlock([
      { draft: draftOf('一行不短的肩题文字'), level: 0, bold: false },
      { draft: draftOf('主题'), level: 2, bold: false },
    ]);
    expect([kicker?.text, headline?.text]).toEqual(['一行不短的肩题文字', '主题']);
  });

  it('says when it chose, and when there are too many lines', () => {
    const block = (count: number) =>
      headlineBlock(
        Array.from({ length: count }, (_, at) => ({
          draft: draftOf(`第${at}行标题`),
          level: 0,
          bold: false,
        })),
      );
    expect([block(1).chosen, block(2).chosen]).toEqual([false, true]);
    expect([block(4).doubtful, block(5).doubtful]).toEqual([false, true]);
  });
});
