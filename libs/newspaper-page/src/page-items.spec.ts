import { describe, expect, it } from '@jest/globals';
import { linesOf } from './lines.js';
import { itemsOf } from './page-items.js';
import { readPage } from './read-page.js';

const HEAD = '岚溪报\n\n2025年3月18日 星期二\n\n岚溪县召开会议\n\n本报讯（记者 张伟）';
const OPEN = `${HEAD}3月13日，岚溪县召开农村工作会议，总结去年工作，`;
const GOES_ON = '安排部署今年重点任务。\n\n会议要求，要抓好落实。';
const NEXT = '\n\n县图书馆开馆\n\n本报讯（记者 李娜）3月12日，县图书馆开馆，藏书4万册。';
const WHOLE = '3月13日，岚溪县召开农村工作会议，总结去年工作，安排部署今年重点任务。';

const read = (text: string) => {
  const { articles, leftOver } = readPage(text);
  return {
    bodies: articles.map(({ body }) => body),
    heads: articles.map(({ kicker, headline }) => [kicker, headline]),
    holds: articles.map(({ holds }) => holds.map(({ code }) => code)),
    left: leftOver.slice(2).map(({ reason, text: line }) => `${reason} ${line}`),
  };
};

describe('a line of the layout between two pieces of a sentence', () => {
  it.each(['要闻', '综合新闻', '2 要闻', '要闻 02', 'LANXI DAILY', 'www.lanxi.example'])(
    '%s goes away and the sentence goes on',
    (line) => {
      const { bodies, holds, left } = read(`${OPEN}\n\n${line}\n\n${GOES_ON}${NEXT}`);
      expect(bodies[0]).toEqual([WHOLE, '会议要求，要抓好落实。']);
      expect(holds).toEqual([[], []]);
      expect(left).toEqual([`furniture ${line}`]);
    },
  );

  it('a running head with its section name goes away, and the article is held', () => {
    const { bodies, holds, left } = read(
      `${OPEN}\n\n岚溪报 2025年3月18日 星期二\n\n要闻\n\n${GOES_ON}${NEXT}`,
    );
    expect(bodies[0]?.[0]).toBe(WHOLE);
    expect(holds).toEqual([['boundary-doubtful'], []]);
    expect(left).toEqual(['masthead 岚溪报 2025年3月18日 星期二', 'furniture 要闻']);
  });

  it.each(['守住红线', '扎实推进乡村全面振兴', '户', 'MES', '5G', '岚溪酒业0799-1234567'])(
    'any other short line stays and holds the article: %s',
    (line) => {
      const { bodies, holds } = read(`${OPEN}\n\n${line}\n\n${GOES_ON}${NEXT}`);
      expect(bodies[0]?.[0]).toContain(line);
      expect(holds).toEqual([['boundary-doubtful'], []]);
    },
  );
});

describe('several short lines in a sentence', () => {
  it('hold the article, and a section name among them goes', () => {
    const { bodies, holds, left } = read(`${OPEN}\n\n要闻\n\n守住红线\n\n${GOES_ON}${NEXT}`);
    expect(bodies[0]?.[0]).not.toContain('要闻');
    expect(holds).toEqual([['boundary-doubtful'], []]);
    expect(left).toEqual(['furniture 要闻']);
  });

  it('of one length are verse, each line a paragraph', () => {
    const verse = ['青山一捧土', '入火始成春', '莫问窑前客', '东西皆故人'];
    expect(read(`${HEAD}他写下一首诗\n\n${verse.join('\n\n')}\n\n会议结束。${NEXT}`).bodies[0]).toHaveLength(
      6,
    );
    const { bodies } = read(`${HEAD}他写下一首诗：\n\n${verse.join('\n\n')}\n\n会议结束。${NEXT}`);
    expect(bodies[0]).toEqual(['他写下一首诗：', ...verse, '会议结束。']);
  });
});

describe('a page break within an article', () => {
  it('is no headline of a new article', () => {
    const { heads, bodies, holds } = read(
      `${OPEN}安排今年任务。\n\n岚溪报 2025年3月18日 星期二\n\n要闻\n\n1\n\n今年的任务与往年相比有三点变化，各乡镇要认真落实。${NEXT}`,
    );
    expect(heads).toEqual([
      [null, '岚溪县召开会议'],
      [null, '县图书馆开馆'],
    ]);
    expect(bodies[0]).toHaveLength(2);
    expect(holds).toEqual([['boundary-doubtful'], []]);
  });

  it('with a headline behind it holds the article before as well', () => {
    const { heads, holds } = read(
      `${OPEN}安排今年任务。\n\n岚溪报 2025年3月18日 星期二\n\n茶山深处有人家\n\n今年的任务与往年相比有三点变化，各乡镇要认真落实。${NEXT}`,
    );
    expect(heads).toHaveLength(3);
    expect(holds).toEqual([['boundary-doubtful'], ['no-dateline'], []]);
  });
});

describe('a line that looks like an advert', () => {
  it('is text while the sentence before it is unfinished', () => {
    const { bodies, holds, left } = read(
      `${HEAD}近日，会议召开。群众如发现违规行为，\n\n可拨打县农业农村局热线0799-5562318\n\n反映，接到举报后将及时办理。${NEXT}`,
    );
    expect(bodies[0]).toEqual([
      '近日，会议召开。群众如发现违规行为，可拨打县农业农村局热线0799-5562318反映，接到举报后将及时办理。',
    ]);
    expect(holds).toEqual([[], []]);
    expect(left).toEqual([]);
  });

  it.each(['热线：0799-5562318', '岚溪酒业 品质之选 订购热线0799-1234567'])(
    '%s taken out of a sentence holds the article',
    (line) => {
      const { bodies, holds, left } = read(`${OPEN}\n\n${line}\n\n${GOES_ON}${NEXT}`);
      expect(bodies[0]?.[0]).toBe(WHOLE);
      expect(holds).toEqual([['boundary-doubtful'], []]);
      expect(left).toEqual([`advert ${line}`]);
    },
  );

  it('taken out between two paragraphs holds the article', () => {
    const { holds } = read(`${OPEN}安排今年任务。\n\n订购热线：0799-5562318\n\n会议要求，抓好落实。${NEXT}`);
    expect(holds[0]).toEqual(['boundary-doubtful']);
  });
});

describe('a caption', () => {
  const PHOTO = '春到茶山\n\n3月16日，云岭乡茶农在采摘春茶。 本报记者 张伟 摄';

  it('takes the title above it, which is no kicker of the next article', () => {
    const { heads, holds, left } = read(
      `岚溪报\n\n2025年3月18日 星期二\n\n${PHOTO}\n\n岚溪县召开会议\n\n本报讯（记者 张伟）${WHOLE}`,
    );
    expect(heads).toEqual([[null, '岚溪县召开会议']]);
    expect(holds).toEqual([[]]);
    expect(left.map((line) => line.slice(0, 12))).toEqual(['caption 春到茶山', 'caption 3月16']);
  });

  it('between a headline and its body leaves the headline in doubt', () => {
    const { heads, holds } = read(
      `岚溪报\n\n2025年3月18日 星期二\n\n${PHOTO}\n\n本报讯（记者 张伟）${WHOLE}`,
    );
    expect(heads).toEqual([[null, '春到茶山']]);
    expect(holds).toEqual([['headline-doubtful']]);
  });
});

describe('the name of a column', () => {
  it.each(['简\u3000讯', '一句话新闻', '时评', '综合'])('%s is no kicker', (label) => {
    const { heads, left } = read(
      `岚溪报\n\n2025年3月18日 星期二\n\n岚溪县召开会议\n\n本报讯 ${WHOLE}\n\n${label}\n\n县图书馆开馆\n\n本报讯 3月12日，县图书馆开馆。`,
    );
    expect(heads).toEqual([
      [null, '岚溪县召开会议'],
      [null, '县图书馆开馆'],
    ]);
    expect(left).toEqual([`furniture ${label}`]);
  });
});

describe('items of a page', () => {
  it('say what each line is', () => {
    const { items, leftOver } = itemsOf(
      linesOf(
        '岚溪报 2025年3月18日 星期二\n\n岚溪县召开会议\n\n记者 张伟\n\n近日，会议召开。\n\n一等奖：张三\n\n二等奖：李四\n\n图为会场。',
      ),
    );
    expect(items.map(({ kind }) => kind)).toEqual(['head', 'byline', 'text', 'closed', 'closed']);
    expect(leftOver.map(({ reason }) => reason)).toEqual(['masthead', 'caption']);
  });
});
