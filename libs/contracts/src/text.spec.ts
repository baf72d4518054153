import { describe, expect, it } from '@jest/globals';
import { cleanText, instant, lineOf, optionalLineOf, toShanghaiTime } from './text.js';

describe('cleanText', () => {
  it.each([
    ['  两端 ', '两端'],
    ['\u3000\u3000首行缩进', '首行缩进'],
    ['a\u0000b\u0007c\u009fd', 'abcd'],
    ['行一\n行二\t三', '行一\n行二\t三'],
    ['半个\ud800代理\udc00', '半个代理'],
    ['\ud83d😀\ude00', '😀'],
    ['a\ufdd0b\ufdefc\u{1fffe}d\u{10ffff}e', 'abcde'],
    ['早已丢失\ufffd的字', '早已丢失\ufffd的字'],
    ['𠮷😀', '𠮷😀'],
    ['a\uffffb\ufffe', 'ab'],
    ['"直引号",半角。', '"直引号",半角。'],
    [' \u0000 ', ''],
  ])('makes %j to %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
    expect(cleanText(clean)).toBe(clean);
  });
});

describe('one line of text', () => {
  it('has no line breaks, and counts what is left', () => {
    expect(lineOf(7).parse(' 一\r\n二\u2028三\t四 ')).toBe('一 二 三 四');
  });
  it('is refused empty or too long', () => {
    expect(lineOf(3).safeParse(' \n ').success).toBe(false);
    expect(lineOf(3).safeParse('四个字符').success).toBe(false);
    expect(lineOf(3).safeParse(' 三个字 ').success).toBe(true);
  });
  it('may be left out where it is optional', () => {
    for (const nothing of [undefined, null, '', ' \n ']) expect(optionalLineOf(3).parse(nothing)).toBeNull();
    expect(optionalLineOf(3).parse(' 字 ')).toBe('字');
    expect(optionalLineOf(3).safeParse('四个字符').success).toBe(false);
  });
});

describe('instant', () => {
  it.each(['2025-01-03T00:00:00+08:00', '2025-01-02T16:00:00Z', '2024-02-29T23:59:59.999Z'])(
    'takes %s',
    (text) => {
      expect(instant.parse(text)).toBe(text);
      expect(Number.isNaN(Date.parse(text))).toBe(false);
    },
  );
  it.each([
    '2025-01-03',
    '2025-01-03T00:00:00',
    '2025-02-29T00:00:00Z',
    '2025-01-03T24:00:00Z',
    '2025-01-03 00:00:00Z',
    '',
  ])('refuses %j', (text) => {
    expect(instant.safeParse(text).success).toBe(false);
  });
});

describe('toShanghaiTime', () => {
  it.each([
    ['2025-01-02T16:00:00.000Z', '2025-01-03T00:00:00+08:00'],
    ['2024-12-31T23:59:59.120Z', '2025-01-01T07:59:59.120+08:00'],
  ])('shows %s as %s', (utc, local) => {
    expect(toShanghaiTime(new Date(utc))).toBe(local);
    expect(new Date(local)).toEqual(new Date(utc));
  });
});
