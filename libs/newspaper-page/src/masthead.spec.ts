import { describe, expect, it } from '@jest/globals';
import { draftOf } from './draft.js';
import { mastheadOf, readMastheadLine } from './masthead.js';

const found = (line: string, inZone = true): unknown => readMastheadLine(line, inZone)?.found ?? null;

describe('a line of the masthead', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      '高新区报总第857期 2025年第1期 活力・魅力・热点・焦点',
      { publication: '高新区报', issueTotal: 857, issueOfYear: 1, slogan: '活力・魅力・热点・焦点' },
    ],
    [
      '2025年1月3日 星期五 农历甲辰年十二月初四',
      { date: '2025-01-03', weekday: '星期五', lunarDate: '农历甲辰年十二月初四' },
    ],
    ['2025-01-03 周五', { date: '2025-01-03', weekday: '周五' }],
    ['二〇二五年一月三日 星期五', { date: '2025-01-03', weekday: '星期五' }],
    [
      '2025.1.3 星期五 第2版 要闻',
      { date: '2025-01-03', weekday: '星期五', pageNumber: '2', pageName: '要闻' },
    ],
    ['主管：某某宣传部 主办：某某融媒体中心', { supervisor: '某某宣传部', sponsor: '某某融媒体中心' }],
    ['主管、主办：某某融媒体中心', { supervisor: '某某融媒体中心', sponsor: '某某融媒体中心' }],
    [
      '某某县委宣传部主管\u3000某某融媒体中心主办',
      { supervisor: '某某县委宣传部', sponsor: '某某融媒体中心' },
    ],
    ['某某电力有限公司主管主办', { supervisor: '某某电力有限公司', sponsor: '某某电力有限公司' }],
    ['赣江电力报 GANJIANG ELECTRIC POWER NEWS', { publication: '赣江电力报' }],
    ['第１８６３期 今日４版', { issueTotal: 1863 }],
    ['一版编辑 冉启明 美编 安晓', {}],
    ['报纸热线:0537-6557731', { hotline: '0537-6557731' }],
    ['第1期（总第857期）', { issueTotal: 857, issueOfYear: 1 }],
    ['责任编辑：张三 版式：李四 校对：王五', { editor: '张三' }],
    ['责任编辑 张三 李四 版式 王五', { editor: '张三 李四' }],
    ['要闻 02', { pageNumber: '02', pageName: '要闻' }],
    ['LINLAN DAILY 要闻 02', { pageNumber: '02', pageName: '要闻' }],
    ['高 新 区 报', { publication: '高新区报' }],
    [
      'A02 综合 2025年1月3日 星期五',
      { pageNumber: 'A02', pageName: '综合', date: '2025-01-03', weekday: '星期五' },
    ],
  ])('%s', (line, expected) => {
    expect(found(line)).toEqual(expected);
  });

  it.each([
    '2025年1月3日全市经济工作会议召开',
    '今日天气预报',
    '一张喜报',
    '主办方表示，活动将持续三天。',
    '热线连着千万家',
    '向高而攀走在前 向新而进挑大梁',
    '2025年2月30日',
  ])('is not read into %s', (line) => {
    expect(found(line)).toBeNull();
  });

  it('needs the top of the page for a bare title', () => {
    expect(found('高新区报')).toEqual({ publication: '高新区报' });
    expect(found('高新区报', false)).toBeNull();
  });

  it('shows a weekday that does not fit the date', () => {
    const line = readMastheadLine('2025年1月3日 星期四', true);
    const { masthead, repairs } = mastheadOf(line === null ? [] : [{ line, draft: draftOf('') }]);
    expect(masthead.weekday).toBe('星期四');
    expect(repairs).toMatchObject([{ class: 'flag', kind: 'weekday-mismatch' }]);
  });
});
