import { describe, expect, it } from '@jest/globals';
import {
  canBeHeadline,
  canBeSubhead,
  continuedMarkLength,
  continuesElsewhereAt,
  isAdvertLine,
  isCaption,
  isFurniture,
  isGuideHead,
  isGuideItem,
  isNoticeHead,
  isNoticeParagraph,
} from './line-kinds.js';

describe('what a line is by its own words', () => {
  it.each(['（下转第2版）', '(下转2版)', '▶下转A03版', '紧转第四版', '（未完，下转第3版）'])(
    '%s goes on elsewhere',
    (mark) => {
      expect(continuesElsewhereAt(`会议召开。${mark}`)).toBe(5);
    },
  );
  it.each(['上接第1版', '（上接一版）', '（紧接第1版）', '▲上接A1版'])('%s began elsewhere', (mark) => {
    expect(continuedMarkLength(`${mark}会议`)).toBe(mark.length);
  });
  it('a sentence about a page is no mark', () => {
    expect(continuesElsewhereAt('这本书今年出了第2版。')).toBe(-1);
    expect(continuedMarkLength('接到群众来电后，民警赶到。')).toBe(0);
  });

  it.each(['导读', '【今日导读】', '导 读', '要闻导读：'])('%s heads a guide', (text) => {
    expect(isGuideHead(text)).toBe(true);
  });
  it.each([
    ['全市供热管网改造完工 详见第3版', true],
    ['老手艺人的新年市集 ►5版', true],
    ['跨年读书会（A07版）', true],
    ['上接第1版', false],
    ['会议召开。（下转第2版）', false],
    ['《新华字典》出了新版', false],
  ])('%s is an item of a guide: %s', (text, expected) => {
    expect(isGuideItem(text)).toBe(expected);
  });

  it.each([
    ['图为会议现场。', true],
    ['▲改造后的码头。', true],
    ['工人在车间作业。 本报记者 张三 摄', true],
    ['（资料图片）', true],
    ['图书馆里人头攒动。', false],
    ['近日，会议召开。', false],
  ])('%s is a caption: %s', (text, expected) => {
    expect(isCaption(text)).toBe(expected);
  });

  it.each([
    ['遗失声明', true],
    ['某某公司招聘启事', true],
    ['更正', true],
    ['城市公告牌亮相', false],
  ])('%s heads a notice: %s', (text, expected) => {
    expect(isNoticeHead(text)).toBe(expected);
  });
  it('knows a notice of one paragraph, an advert, and furniture', () => {
    expect(isNoticeParagraph('遗失声明：张三不慎遗失身份证，声明作废。')).toBe(true);
    expect(isNoticeParagraph('会议作出安排，要求抓好落实。')).toBe(false);
    expect(isAdvertLine('咨询电话：0539-2000000')).toBe(true);
    expect(isAdvertLine('全年接听热线电话12万次。')).toBe(false);
    expect(['— 2 —', '第 3 页', '***', '12'].map(isFurniture)).toEqual([true, true, true, true]);
    expect(['。', '”', '第一'].map(isFurniture)).toEqual([false, false, false]);
  });

  it.each([
    ['关爱劳动者 工会送温暖', true],
    ['你准备好了吗？', true],
    ['会议召开。', false],
    ['先后获得，', false],
    ['，继续推进', false],
    ['说"一体四馆', false],
  ])('%s can be a headline: %s', (text, expected) => {
    expect(canBeHeadline(text)).toBe(expected);
  });
  it.each([
    ['治山先治水', true],
    ['抓项目，强产业，增动能', true],
    ['一、摸清家底', true],
    ['据了解，先后获得', false],
    ['会议各成员单位和', false],
  ])('%s can be a subhead: %s', (text, expected) => {
    expect(canBeSubhead(text)).toBe(expected);
  });
});
