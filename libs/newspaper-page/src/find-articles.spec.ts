import { describe, expect, it } from '@jest/globals';
import { findArticles } from './find-articles.js';
import { linesOf } from './lines.js';
import { itemsOf } from './page-items.js';

/** Headline lines and number of body items of each article, and why its borders are doubtful. */
const found = (text: string): unknown[] => {
  const page = itemsOf(linesOf(`岚溪报 2025年3月18日 星期二\n\n${text}`));
  return findArticles(page).articles.map(({ head, body, boundaryDoubtful }) => [
    head.map(({ fragment }) => fragment.draft.text).join(' / '),
    body.length,
    boundaryDoubtful?.because ?? null,
  ]);
};
const BODY = '本报讯 近日，会议召开，部署下一步工作。';
const MORE = '会议要求，各单位要认真抓好落实，确保完成任务。';

describe('articles of a page', () => {
  it.each<[string, string, unknown[]]>([
    [
      'begin at a dateline with the lines above it',
      `肩题文字\n\n主题文字在此\n\n${BODY}\n\n${MORE}\n\n另一篇标题\n\n${BODY}`,
      [
        ['肩题文字 / 主题文字在此', 2, null],
        ['另一篇标题', 1, null],
      ],
    ],
    [
      'begin at a byline under a headline',
      `守闸人\n\n本报记者 令狐晓月\n\n${MORE}`,
      [['守闸人 / 本报记者 令狐晓月', 1, null]],
    ],
    [
      'keep subheads, and are in doubt about a single one',
      `标题\n\n${BODY}\n\n守住红线\n\n${MORE}`,
      [['标题', 3, 'heading']],
    ],
    [
      'keep several subheads without doubt',
      `标题\n\n${BODY}\n\n守住红线\n\n${MORE}\n\n抓好落实\n\n${MORE}`,
      [['标题', 5, null]],
    ],
    [
      'are in doubt about a line that is too long for a subhead',
      `标题\n\n${BODY}\n\n守住红线\n\n${MORE}\n\n毫不松懈抓好粮食生产扎实推进乡村全面振兴工作\n\n${MORE}`,
      [['标题', 5, 'heading']],
    ],
    [
      'go on behind a running head, in doubt',
      `标题\n\n${BODY}\n\n岚溪报 2025年3月18日 星期二\n\n${MORE}`,
      [['标题', 2, 'page-break']],
    ],
    [
      'are in doubt about a text behind an advert',
      `标题\n\n${BODY}\n\n订购热线：0799-1234567\n\n${MORE}`,
      [
        ['标题', 1, 'interruption'],
        ['', 1, null],
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});
