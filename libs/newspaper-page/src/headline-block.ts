import { lengthWithoutSpaces } from './characters.js';
import { joinAll, type Draft } from './draft.js';
import { isDashLine } from './line-kinds.js';

/** One line above a body. */
export interface HeadLine {
  draft: Draft;
  /** Heading level of its markup, 0 for none. */
  level: number;
  bold: boolean;
}

export interface HeadlineBlock {
  kicker: Draft | null;
  headline: Draft | null;
  subtitle: Draft | null;
  /** More than one reading is possible: shown to the editor, holds nothing. */
  chosen: boolean;
  /** Too many lines, or lines that hardly are a headline: an editor must look. */
  doubtful: boolean;
}

/** More lines than a headline block ever has. */
const MOST_LINES = 4;
/** A subtitle tells what the headline is about: longer than the headline by this, and longer than a kicker is. */
const SUBTITLE_FACTOR = 1.5;
const SUBTITLE_LENGTH = 17;
/** Lines of about one length are headline and subtitle, or one headline of two lines. */
const EVEN = 0.78;
const SHORTEST_LINE = 5;
const LONGEST_TOPIC = 6;

/**
 * Tells kicker (肩题), headline and subtitle (副题) apart by their order, length and marks. The words alone allow other
 * readings, so that every choice among several lines is flagged.
 */
export function headlineBlock(lines: readonly HeadLine[]): HeadlineBlock {
  const block = {
    kicker: null,
    headline: null,
    subtitle: null,
    chosen: lines.length > 1,
    // A line with a dash stands under a headline: where it comes first, the headline is missing.
    doubtful: lines.length > MOST_LINES || (lines[0] !== undefined && isDashLine(lines[0].draft.text)),
  };
  if (lines.length === 0) return block;
  const marked = byMarkup(lines);
  if (marked !== null) return { ...block, ...marked };
  const [first, ...others] = lines;
  const last = others.at(-1);
  if (first === undefined) return block;
  if (last === undefined) return { ...block, headline: first.draft };
  // A dash opens a subtitle, whatever its length.
  const dash = lines.findIndex((line, at) => at > 0 && isDashLine(line.draft.text));
  if (dash > 0)
    return { ...block, ...upperLines(lines.slice(0, dash)), subtitle: together(lines.slice(dash)) };
  if (lines.length === 2) return { ...block, ...twoLines(first, last) };
  const tail = lines.slice(0, -1);
  const above = tail.at(-1);
  if (above !== undefined && (isSubtitleOf(last, above) || tellsWhat(last, above)))
    return { ...block, ...upperLines(tail), subtitle: last.draft };
  const head = lines.slice(1);
  const pair = head.length === 2 && isCouplet(head[0], head[1]);
  if (lines.length === 3 && pair) return { ...block, kicker: first.draft, headline: together(head) };
  return { ...block, kicker: first.draft, headline: together(lines.slice(1, -1)), subtitle: last.draft };
}

type Parts = Pick<HeadlineBlock, 'kicker' | 'headline' | 'subtitle'>;

/** Where the markup sets some lines above the others, the highest level is the headline. */
function byMarkup(lines: readonly HeadLine[]): Parts | null {
  const ranks = lines.map(({ level, bold }) => (level > 0 ? level : bold ? 7 : 8));
  const top = ranks.reduce((least, rank) => Math.min(least, rank), 8);
  if (top === 8 || ranks.every((rank) => rank === top)) return null;
  const from = ranks.indexOf(top);
  const to = ranks.lastIndexOf(top) + 1;
  return {
    kicker: from > 0 ? together(lines.slice(0, from)) : null,
    headline: together(lines.slice(from, to)),
    subtitle: to < lines.length ? together(lines.slice(to)) : null,
  };
}

function twoLines(first: HeadLine, second: HeadLine): Parts {
  const kickerOnly = { kicker: first.draft, headline: second.draft, subtitle: null };
  const subtitleOnly = { kicker: null, headline: first.draft, subtitle: second.draft };
  if (isKicker(first)) return kickerOnly;
  if (isSubtitleOf(second, first) || tellsWhat(second, first)) return subtitleOnly;
  if (isCouplet(first, second)) return { kicker: null, headline: together([first, second]), subtitle: null };
  return isEven(first, second) && !TELLS_WHAT.test(wordsOf(first)) ? subtitleOnly : kickerOnly;
}

/** What stands above a subtitle: a headline of one or two lines, or a kicker with one. */
function upperLines(lines: readonly HeadLine[]): Parts {
  const [first, second] = lines;
  if (first === undefined) return { kicker: null, headline: null, subtitle: null };
  if (second === undefined) return { kicker: null, headline: first.draft, subtitle: null };
  if (lines.length === 2 && !isKicker(first) && isCouplet(first, second))
    return { kicker: null, headline: together(lines), subtitle: null };
  return { kicker: first.draft, headline: together(lines.slice(1)), subtitle: null };
}

const wordsOf = ({ draft }: HeadLine): string => draft.text.replace(/[\s“”"]/gu, '');

/** 新春走基层·库区行: the name of a series and of its part, which stands above a headline. */
const SERIES_NAME = /^[\p{Script=Han}\d]{2,12}[·・•][\p{Script=Han}\d]{2,8}$/u;

/** 李明远在调研时强调, 李明远强调：, a line that breaks off with a dash: they lead to the headline below them. */
function isKicker(line: HeadLine): boolean {
  return (
    SERIES_NAME.test(line.draft.text.trim()) ||
    /(?:[：:]|——|--|强调|指出|要求|表示|提出|(?:在|于).{2,30}(?:时|会上|中))$/u.test(line.draft.text.trim())
  );
}

/** News that is told plainly: whose it is, or that something took place. */
const TELLS_WHAT =
  /^(?:我[省市县区州镇校]|全[国省市县区州镇]|今年|多地|各地|新增|累计|总投资|惠及)|(?:落幕|召开|举行|开工|举办|开幕|闭幕|启动|揭牌|开赛)$/u;

/** A line that tells plainly what the headline above it is about. A name of a few characters above it is a kicker. */
function tellsWhat(line: HeadLine, headline: HeadLine): boolean {
  return TELLS_WHAT.test(wordsOf(line)) && !isTopic(headline, LONGEST_TOPIC - 1);
}

/** A place or a name: of so few characters that no sentence fits. */
function isTopic({ draft: { text } }: HeadLine, longest = LONGEST_TOPIC): boolean {
  return lengthWithoutSpaces(text) <= longest && !/\s/u.test(text);
}

/** 李明远出席并讲话, 姚崇岭宣布开工 梁慕华主持: who was there is told below the headline. */
const WHO_WAS_THERE = /^[\p{Script=Han}\s、]{2,24}?(?:出席|主持|参加|讲话|致辞)/u;
const ONLY_WHO_WAS_THERE = /(?:出席|主持|参加|讲话|致辞)$/u;

function isSubtitleOf(line: HeadLine, headline: HeadLine | undefined): boolean {
  if (headline === undefined) return false;
  const own = lengthWithoutSpaces(line.draft.text);
  const other = lengthWithoutSpaces(headline.draft.text);
  if (
    WHO_WAS_THERE.test(line.draft.text) &&
    own <= 16 &&
    (other >= own || ONLY_WHO_WAS_THERE.test(line.draft.text))
  )
    return true;
  // A name of a few characters above a long line is a kicker, not a headline.
  if (isTopic(headline)) return false;
  return own >= SUBTITLE_LENGTH && own >= other * SUBTITLE_FACTOR;
}

function isEven(first: HeadLine, second: HeadLine): boolean {
  const [a, b] = [wordsOf(first).length, wordsOf(second).length];
  return Math.min(a, b) / Math.max(a, b) >= EVEN && Math.min(a, b) >= SHORTEST_LINE;
}

/** 春防进入紧要关头 护林员守住一山绿: two lines of one length, neither of which plainly tells the news. */
function isCouplet(first: HeadLine | undefined, second: HeadLine | undefined): boolean {
  if (first === undefined || second === undefined) return false;
  const lines = [wordsOf(first), wordsOf(second)];
  return (
    lines[0]?.length === lines[1]?.length &&
    lines.every((line) => line.length >= SHORTEST_LINE && !TELLS_WHAT.test(line) && !/\d/u.test(line))
  );
}

/** The lines of one headline stand beside each other with a space between, as they would in one line. */
function together(lines: readonly HeadLine[]): Draft {
  return joinAll(
    lines.map(({ draft }) => ({ draft, glue: ' ' })),
    'headline-lines',
  );
}
