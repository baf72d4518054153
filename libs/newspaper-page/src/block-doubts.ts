import { endsArticle } from './article-ends.js';
import { endsSentence, lengthWithoutSpaces } from './characters.js';
import type { Item } from './items.js';
import { canBeSubhead, endsInAddress, isDashLine } from './line-kinds.js';
import { looksLikeName } from './surnames.js';
import { isOneWord } from './words.js';

/** Whether the first line of a headline block is its own, or of what stands above it. Each check stands for itself. */

export interface Block {
  /** The lines of the block, from the first. */
  heads: readonly Item[];
  /** What stands above the first line; null at the top of a page or behind a barrier. */
  above: Item | null;
  /** What stands right under the last line. */
  below: Item | undefined;
}

/** What the blank lines of a page mean. */
export interface BlankLines {
  /** The fewest between two lines of the masthead, or of a headline block. */
  least: number;
  /** Its blocks have more between their lines as a habit. */
  withinBlocks: boolean;
}

export function isTopDoubtful(block: Block, blanks: BlankLines): boolean {
  const [first] = block.heads;
  if (first === undefined || block.heads.some(isMarked)) return false;
  return (
    first.sharedWithList ||
    endsLikeSentence(block) ||
    followsOpenText(block) ||
    isClauseUnderText(block) ||
    isSetApart(block, blanks) ||
    isEditorialLabel(block) ||
    isAdvert(block) ||
    isNames(block) ||
    isIndentedLikeText(block) ||
    cutsWord(block)
  );
}

/** Whether a page sets the lines of its headline blocks apart: several blocks do, and none prints two lines together. */
export function blankLinesOf(blocks: readonly Block[], least: number): BlankLines {
  const inner = blocks.map(({ heads }) => innerGaps(heads)).filter((gaps) => gaps.length > 0);
  const apart = inner.filter((gaps) => gaps.every((gap) => gap > least)).length;
  return { least, withinBlocks: apart > 1 && apart === inner.length };
}

/** A headline can ask or call; with running text above it, it can as well be the end of that. */
function endsLikeSentence({ heads, above, below }: Block): boolean {
  const [first] = heads;
  if (above === null || first === undefined || !endsSentence(first.fragment.draft.text)) return false;
  // A byline right under a single line that asks says that it is a headline, and so does a wider gap above it.
  const attached = below !== undefined && first.fragment.gap > below.fragment.gap;
  return heads.length > 1 || !(below?.kind === 'byline' || attached);
}

/** The text above stops within a sentence, or leads to a list: the first of several lines may be what it leads to. */
function followsOpenText({ heads, above }: Block): boolean {
  if (above === null || heads.length < 2) return false;
  const { text } = above.fragment.draft;
  return (
    (above.kind === 'text' || above.kind === 'opening') &&
    !endsSentence(text) &&
    !endsInAddress(text) &&
    !endsArticle(text)
  );
}

/** A line of so many characters with a comma in it is a clause; of so many without one, it is longer than headlines are. */
const SHORTEST_CLAUSE = 12;
const LONGEST_HEADLINE = 26;
/** How the sentences of a report begin and end, and headlines do not. */
const REPORTS =
  /^(?:会议(?:还|指出|强调|要求|认为|决定|听取|审议)|会上|活动(?:中|现场|当天)|据(?:悉|了解|介绍)|目前|截至)|(?:参加(?:会议|活动|调研)|陪同调研)$/u;

/** 会议要求，各部门要压实责任 right under running text: a last paragraph that lost its full stop. */
function isClauseUnderText({ heads, above }: Block): boolean {
  const [first, second] = heads;
  if (above === null || first === undefined || second === undefined) return false;
  if (first.fragment.gap > second.fragment.gap) return false;
  const { text } = first.fragment.draft;
  if (/[，,：:—]$|——$|(?:时|会上|中)(?:强调|指出|要求)$/u.test(text)) return false;
  const length = lengthWithoutSpaces(text);
  const plain = text.replace(/“[^“”]*”|《[^《》]*》/gu, '');
  const clause = /[，,]/u.test(plain) && length >= SHORTEST_CLAUSE && !canBeSubhead(text);
  return clause || (length > LONGEST_HEADLINE && !/\s/u.test(text)) || REPORTS.test(text);
}

/**
 * A blank line within the block, on a page that prints the lines of a block together. A wider gap above the block holds it
 * together.
 */
function isSetApart({ heads }: Block, { least, withinBlocks }: BlankLines): boolean {
  const gaps = innerGaps(heads);
  const widest = gaps.reduce((one, other) => Math.max(one, other), 0);
  return !withinBlocks && widest > least && (heads[0]?.fragment.gap ?? 0) <= widest;
}

/** The blank lines between the lines of a block that nothing but their place holds together. */
function innerGaps(heads: readonly Item[]): number[] {
  return heads.flatMap((item, at) => {
    const above = heads[at - 1];
    if (above === undefined || item.afterCaption || item.barrier || leadsOn(above, item)) return [];
    return [item.fragment.gap];
  });
}

/** A dash or a colon between two lines says that they belong together. */
function leadsOn(above: Item, item: Item): boolean {
  return (
    isDashLine(item.fragment.draft.text) || /(?:——|--|[：:]|强调|指出|要求)$/u.test(above.fragment.draft.text)
  );
}

const EDITORIAL_LABEL =
  /^(?:来源|稿源|作者|校训|社训|院训|宗旨|口号|投稿|编辑|审核|校对|监制|排版|摄影|图片|资料|统筹|策划|地址|网址|邮箱|电话|微信|公众号|主编|总编|主办|承办|协办|时间|地点)(?:单位|邮箱|信箱|热线|电话)?\s?[:：]|^(?:咨询|联系|投诉|监督|举报|报名|服务|订阅)(?:邮箱|电话|热线|方式|地址)\s?[:：]/u;

/** 来源：某中心, 校训：…: what stands behind such a word is no headline. */
function isEditorialLabel({ heads }: Block): boolean {
  return heads.some(({ fragment }) => EDITORIAL_LABEL.test(fragment.draft.text));
}

const ADVERT_WORDS =
  /特惠|钜惠|热销|抢购|折起|盛大开[业盘]|请关注|敬请期待|尊享|诚邀|办理中|王者归来|(?:有限公司|分公司|商场|超市|酒店|家居|分行|支行)$/u;

/** 宽带套餐办理中, 某某有限公司 above a headline: what an advert says of itself. */
function isAdvert({ heads }: Block): boolean {
  return (
    heads.length > 1 && heads.slice(0, -1).some(({ fragment }) => ADVERT_WORDS.test(fragment.draft.text))
  );
}

/** 张伟 李娜: a line of names alone is of a list, and heads nothing. */
function isNames({ heads }: Block): boolean {
  return heads.some(({ fragment }) => {
    const words = fragment.draft.text.split(/[\s、]+/u);
    return words.length > 1 && words.every(looksLikeName);
  });
}

/** A line indented as the paragraph below the block is, above a line that is not. Lines set in the middle differ from both. */
function isIndentedLikeText({ heads, below }: Block): boolean {
  const indent = heads[0]?.fragment.indent ?? 0;
  return indent >= 2 && indent === below?.fragment.indent && heads[1]?.fragment.indent === 0;
}

/** 激动⏎地说: a word that reaches over two lines is of a sentence that was wrapped, not of a headline. */
function cutsWord({ heads }: Block): boolean {
  return heads.some((item, at) => {
    const above = heads[at - 1];
    return above !== undefined && isOneWord(above.fragment.draft.text, item.fragment.draft.text);
  });
}

function isMarked({ fragment }: Item): boolean {
  return fragment.level > 0 || fragment.bold;
}
