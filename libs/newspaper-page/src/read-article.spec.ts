import { describe, expect, it } from '@jest/globals';
import { readPage } from './read-page.js';

const read = (text: string) => {
  const [only] = readPage(`岚溪报 2025年3月18日 星期二\n\n${text}`).articles;
  return {
    head: [only?.kicker, only?.headline, only?.subtitle],
    bylines: only?.bylines.map(({ name }) => name),
    body: only?.body,
    holds: only?.holds.map(({ code }) => code),
  };
};

describe('the title behind an agency dateline', () => {
  const STORY = '新华社北京3月5日电 题：春到山乡\n\n新华社记者张伟、李娜\n\n3月13日，漫山的茶园吐出新芽。';

  it('is the headline where none stands above', () => {
    expect(read(STORY)).toEqual({
      head: [null, '春到山乡', null],
      bylines: ['张伟', '李娜'],
      body: ['3月13日，漫山的茶园吐出新芽。'],
      holds: [],
    });
  });

  it('stays a line of its own under a headline, and the headline is in doubt', () => {
    expect(read(`茶山深处有人家\n\n${STORY}`)).toEqual({
      head: [null, '茶山深处有人家', null],
      bylines: ['张伟', '李娜'],
      body: ['题：春到山乡', '3月13日，漫山的茶园吐出新芽。'],
      holds: ['headline-doubtful'],
    });
  });
});

describe('a paragraph that stops within a sentence', () => {
  const indented = (...paragraphs: string[]): string =>
    `会议召开\n\u3000\u3000本报讯 近日，会议召开。\n${paragraphs.map((one) => `\u3000\u3000${one}`).join('\n')}`;

  it('holds the article wherever it stands', () => {
    const { body, holds } = read(
      indented(
        '会议要求，各乡镇要认真抓好春耕备耕，做好汛期值守，并派人驻点，按',
        '会议强调，要抓好落实。',
        '会议结束。',
      ),
    );
    expect(body).toHaveLength(4);
    expect(holds).toEqual(['body-unfinished']);
  });

  it('holds it when it is short, too', () => {
    expect(read('会议召开\n\n本报讯 会议指出，要抓好\n\n3月18日\n\n这一天的工作。').holds).toEqual([
      'body-unfinished',
    ]);
  });

  it('with a comma goes on though the next line is indented', () => {
    const { body, holds } = read(indented('会议要求，要认真抓好春耕备耕，', '做好汛期工作。', '会议结束。'));
    expect(body).toEqual(['近日，会议召开。', '会议要求，要认真抓好春耕备耕，做好汛期工作。', '会议结束。']);
    expect(holds).toEqual([]);
  });

  it('before a list holds nothing', () => {
    const { holds } = read(
      indented(
        '会议听取了汇报，研究了问题，形成了共识，对下一步工作作出安排部署：',
        '一、抓好落实。',
        '二、抓好督查。',
      ),
    );
    expect(holds).toEqual([]);
  });
});
