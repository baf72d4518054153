import { describe, expect, it } from '@jest/globals';
import { readByline } from './byline.js';
import { endByline, endEditor } from './article-ends.js';

const read = (text: string): string | null =>
  readByline(text)
    ?.bylines.map(({ role, name }) => `${role ?? ''}:${name}`)
    .join(' ') ?? null;

describe('a byline', () => {
  it.each([
    ['记者 曹俐 通讯员 李亚军 孙超', '记者:曹俐 通讯员:李亚军 通讯员:孙超'],
    ['本报记者 张三', '记者:张三'],
    ['本报记者 张三 通讯员 李四 文/图', '记者:张三 通讯员:李四'],
    ['文/张三 图/李四', '文:张三 图:李四'],
    ['□张三', ':张三'],
    ['□ 本报记者 张三', '记者:张三'],
    ['（张三 李四）', ':张三 :李四'],
    ['记者 张三 摄', '摄:张三'],
    ['见习记者 张三 实习生 李四', '见习记者:张三 实习生:李四'],
    ['特约通讯员：阿卜杜拉·买买提', '特约通讯员:阿卜杜拉·买买提'],
    ['记者 John Smith', '记者:John Smith'],
    ['记者张三通讯员李四', '记者:张三 通讯员:李四'],
    ['本报评论员 张三', '评论员:张三'],
    ['全媒体记者 李娜 视频 王强', '全媒体记者:李娜 视频:王强'],
    ['编辑：冉启明 审核：安晓', '编辑:冉启明 审核:安晓'],
    ['记者 李娜 通讯员 张伟 等', '记者:李娜 通讯员:张伟'],
    ['县融媒体中心记者 张伟', '记者:张伟'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    '张三 李四',
    '资料图',
    '（资料图）',
    '（图片新闻）',
    '（完）',
    '（试行）',
    '记者了解到的情况',
    '记者从市环保局获悉',
    '济宁高新区',
    '文化 教育',
    '记者手记',
    '采访札记',
    '航拍黄河',
    '视频直播',
  ])('is not read into %s', (text) => {
    expect(read(text)).toBeNull();
  });

  it('keeps a name that is set wide, and doubts one that is cut', () => {
    expect(read('记者 李 明 王小二')).toBe('记者:李 明 记者:王小二');
    expect(readByline('记者 曹俐 通讯员 李亚 军')?.doubtful).toBe(true);
    expect(readByline('记者 曹俐')?.doubtful).toBe(false);
  });
});

describe('the end of an article', () => {
  it.each([
    ['会议召开。（记者 张三 通讯员 李四）', '记者:张三 通讯员:李四'],
    ['会议召开。(张三 李四)', ':张三 :李四'],
    ['会议召开。□张三', ':张三'],
    ['会议召开。本报记者 张三', '记者:张三'],
    ['会议召开。记者 张三 摄', '摄:张三'],
  ])('%s', (text, expected) => {
    const found = endByline(text);
    expect(found?.reading.bylines.map(({ role, name }) => `${role ?? ''}:${name}`).join(' ')).toBe(expected);
    expect(text.slice(0, found?.at).trim()).toBe('会议召开。');
  });

  it.each(['印发《办法》（试行）', '亩产8%（含）', '他说：“好。”', '会议由张三主持（见图）'])(
    'has no byline: %s',
    (text) => {
      expect(endByline(text)).toBeNull();
    },
  );

  it('finds the editor of one article', () => {
    expect(endEditor('会议召开。（责任编辑：张三）')?.editor).toBe('张三');
    expect(endEditor('会议召开。责任编辑 张三')?.editor).toBe('张三');
    expect(endEditor('他是本报责任编辑张三')).toBeNull();
  });
});
