import { describe, expect, it } from '@jest/globals';
import { NotANewspaperPage, readPage } from './read-page.js';

describe('what is no newspaper page', () => {
  it.each([
    ['nothing', ''],
    ['blank lines', ' \n\u3000\n'],
    ['Latin filler', 'Lorem ipsum dolor sit amet, consectetur adipiscing elit.\n'.repeat(30)],
    [
      'HTML',
      '<!DOCTYPE html><html><body><p>本报讯（记者 张三）近日，会议召开，与会人员参加讨论。</p></body></html>',
    ],
    ['JSON', '{"headline":"标题","body":"本报讯（记者 张三）近日，会议召开，与会人员参加讨论。"}'],
    ['a log', '2025-01-03 10:30:11 INFO 服务启动\n'.repeat(50)],
    [
      'source code',
      'import x from "y";\n// 这是注释，用来说明这个函数的作用和用法，以及为什么需要它\nfunction f(a) { return a + 1 }\n'.repeat(
        5,
      ),
    ],
    [
      'a novel',
      '第一章 风雪夜归人\n\n那一年冬天，雪下得特别大。老人坐在炉火旁，给孙子讲过去的故事。\n\n“后来呢？”孩子问。\n\n老人笑了笑，没有回答。\n',
    ],
    ['prose', '今天天气很好，我和朋友一起去公园散步。公园里有很多人，孩子们在草地上奔跑，老人们在树下下棋。'],
    [
      'a diary with a date',
      '2025年1月3日\n\n今天记者采访了我，问了很多问题。我觉得很开心，于是写下这篇日记，以后可以再看看。',
    ],
    [
      'a contract',
      '甲方：某公司\n乙方：某某\n\n一、合同标的\n\n甲方向乙方购买设备一批，总价款为人民币壹佰万元整。\n\n二、付款方式\n\n乙方应于十日内付款。',
    ],
    [
      'an e-mail',
      '发件人: 宣以宁 <xyn@lanxi.example>\n收件人: 罗文清\n日期: 2025年3月18日 星期二\n主题: 关于明天的版面\n\n罗老师：\n\n您好！明天一版的头条我改了两处，请您再看看。记者部那边说照片下午三点前能到。',
    ],
    ['a masthead alone', '高新区报 2025年1月3日 星期五 总第857期\n主管：某某宣传部 主办：某某融媒体中心\n'],
    ['more lines than any page', '本报讯 近日，会议召开。\n'.repeat(20_001)],
  ])('%s is refused with what was looked for and the fix', (_, text) => {
    expect(() => readPage(text)).toThrow(NotANewspaperPage);
    expect(() => readPage(text)).toThrow(/masthead.*dateline.*byline.*Send the whole text of one page/s);
  });
});

describe('pages in doubt', () => {
  const article = (text: string) => readPage(`某某日报 2025年1月3日 星期五\n\n${text}`).articles;
  const codes = (text: string): string[][] => article(text).map(({ holds }) => holds.map(({ code }) => code));

  it('an article without a headline is held, nothing stands in for it', () => {
    const [only] = article('本报讯 近日，某某县召开会议，部署下一阶段工作。');
    expect(only).toMatchObject({ kicker: null, headline: '', subtitle: null, bylines: [], editor: null });
    expect(only?.holds.map(({ code }) => code)).toEqual(['no-headline']);
  });

  it('text that stops within a sentence is held', () => {
    expect(codes('会议召开\n\n本报讯 近日，某某县召开会议，部署下一阶段工作，要求各镇街')).toEqual([
      ['body-unfinished'],
    ]);
  });

  it('more lines above a body than a headline has are held', () => {
    expect(
      codes(
        '第一行标题\n第二行另外的标题\n第三行又是一个标题文字\n第四行\n第五行还有\n本报讯 近日，某某县召开会议。',
      )[0],
    ).toContain('headline-doubtful');
  });

  it('a name that a wrap may have cut is held and never mended', () => {
    const [only] = article('会议召开\n\n本报讯（记者 曹俐 通讯员 李亚 军）近日，某某县召开会议。');
    expect(only?.bylines.map(({ name }) => name)).toEqual(['曹俐', '李亚', '军']);
    expect(only?.holds.map(({ code }) => code)).toEqual(['byline-doubtful']);
  });

  it('a headline above the date line is taken, and held', () => {
    const { articles } = readPage(
      '某某日报\n\n全县召开经济工作会议\n\n2025年1月3日 星期五 第1版 要闻\n\n本报讯 近日，某某县召开会议。',
    );
    expect(articles.map(({ headline, holds }) => [headline, holds.map(({ code }) => code)])).toEqual([
      ['全县召开经济工作会议', ['headline-doubtful']],
    ]);
  });

  it('a headline that asks is a headline', () => {
    const [first, second] = article(
      '一则标题\n\n本报讯 近日，会议召开。\n\n你准备好了吗？\n\n本报讯 近日，活动举行。',
    );
    expect([first?.headline, second?.headline]).toEqual(['一则标题', '你准备好了吗？']);
  });

  it('a paragraph goes on after a picture caption', () => {
    const [only] = article(
      '会议召开\n\n本报讯 近日，某某县召开会议，部署下一\n\n图为会议现场。本报记者 张三 摄\n\n\n\n阶段工作，要求各镇街抓好落实。',
    );
    expect(only?.body).toEqual(['近日，某某县召开会议，部署下一阶段工作，要求各镇街抓好落实。']);
  });

  it('a quotation that a column cut goes on behind its full stop', () => {
    const [only] = article('会议召开\n\n本报讯 "这里变化真大。\n\n路宽了，灯也亮了。"村民张三说。');
    expect(only?.body).toEqual(['“这里变化真大。路宽了，灯也亮了。”村民张三说。']);
  });

  it('an editor in the credits of the page is for all, one under an article for that one', () => {
    const page = readPage(
      '某某日报 2025年1月3日 星期五 责任编辑：张三 校对：李四\n\n会议召开\n\n本报讯 近日，会议召开。（责任编辑 王五）\n\n活动举行\n\n本报讯 近日，活动举行。',
    );
    expect(page.articles.map(({ editor }) => editor)).toEqual(['王五', '张三']);
  });
});

describe('time', () => {
  it.each([
    ['spaces', `本报讯 ${'中'.repeat(300_000)}${' '.repeat(600_000)}你好。`],
    ['quotes', `本报讯 ${'你"'.repeat(200_000)}`],
    ['brackets', `本报讯 ${'中'.repeat(200_000)}${'('.repeat(300_000)}${')'.repeat(300_000)}`],
    ['tags', `本报讯 ${'<a '.repeat(100_000)}${'中'.repeat(300_000)}`],
    ['stars', `本报讯 ${'中*'.repeat(300_000)}`],
    ['misreadings', `本报讯 ${'张人选国家级'.repeat(60_000)}`],
    ['many short lines', '中国\n'.repeat(19_000) + '本报讯 你好。'],
    ['repeated fragments', `本报讯 ${`${'中国人民，'.repeat(13)}\n\n`.repeat(8_000)}`],
    ['many articles', `标题甲乙\n本报讯 ${'中国人民很好。'.repeat(10)}\n`.repeat(4_000)],
    [
      'page heads',
      `石桥报 2025年1月3日 第1版 责任编辑：张三\n标题甲乙\n本报讯 中国人民很好。\n`.repeat(4_000),
    ],
    ['lists', `名单如下：\n${'张伟 李娜\n'.repeat(40)}`.repeat(400) + '本报讯 你好。'],
    ['headings', `本报讯 你好。\n${'开头一句话。\n小标题\n'.repeat(9_000)}`],
    ['cut words', `本报讯 ${'镇里没有简\n\n孩子们在操场上放风筝。\n\n单地一拆了之\n\n'.repeat(6_000)}`],
    ['radicals', `本报讯 ${'⽂⾼'.repeat(300_000)}${'中'.repeat(300_000)}`],
    ['remarks', `本报讯 ${'你好。（据'.repeat(200_000)}`],
    ['wrapped lines', `本报讯（记者 张三）${`${'中'.repeat(24)} `.repeat(60)}。\n\n`.repeat(300)],
  ])('of a page of garbage is bounded: %s', (_, text) => {
    const start = performance.now();
    try {
      readPage(text);
    } catch (error) {
      expect(error).toBeInstanceOf(NotANewspaperPage);
    }
    // Well under a second; work that grows with the square of the length would take minutes.
    expect(performance.now() - start).toBeLessThan(6000);
  });
});
