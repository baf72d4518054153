import { endsArticle } from './article-ends.js';
import { endsSentence, lengthWithoutSpaces } from './characters.js';
import type { Item } from './items.js';
import {
  canBeSubhead,
  continuesElsewhereAt,
  endsInAddress,
  isLabelled,
  isPhotoCredit,
  LONGEST_CAPTION,
} from './line-kinds.js';
import { mayTellOfPicture, tellsOfPicture } from './pictures.js';
import { isSeries, isSetOff, type Heading } from './subheads.js';
import { isOneWord } from './words.js';

/** Why an article may hold a piece of another, or miss one of its own. Each check stands for itself. */

/** Why it is not sure what belongs to an article, and the line that the editor is to look at. */
export interface Doubt {
  because:
    'heading' | 'page-break' | 'interruption' | 'after-end' | 'left-over' | 'seam' | 'caption' | 'advert';
  line: string;
}

/** What the checks look at. */
export interface Checked {
  body: readonly Item[];
  /** Dateline or byline says where it begins, as on a page where articles do. */
  announced: boolean;
  /** Announced by a byline under its headline, not by a dateline. */
  feature: boolean;
  /** Its subtitle begins with a dash: ——某镇治水纪实. */
  dashed: boolean;
  /** Its byline says that it comes with a picture. */
  pictured: boolean;
  /** A short line that stood right under the text and was left over. */
  strayBelow: string | null;
  /** The page sets paragraphs off by indentation. */
  indents: boolean;
}

/** The article that follows, as far as it decides where this one ends. */
export interface Following {
  first: Item;
  unannounced: boolean;
  /** Nothing but two lines that can be headlines says that it begins. */
  restsOnHeads: boolean;
  /** It begins with paragraphs, without a headline. */
  headless: boolean;
  /** Its first line can as well be the last one of this article. */
  topDoubtful: boolean;
}

/** The first doubt about where an article begins and ends, or null. */
export function boundaryDoubt(article: Checked, next: Following | null): Doubt | null {
  return (
    interruption(article) ??
    textAfterEnd(article) ??
    datelineWithin(article) ??
    foreignSentence(article) ??
    lostEnd(article) ??
    foreignHeading(article) ??
    foreignVerse(article) ??
    captionAtEnd(article) ??
    creditedCaption(article) ??
    advertAtEnd(article) ??
    (next === null ? null : openEnd(article, next)) ??
    lineLeftOver(article)
  );
}

/** A line that was taken out of the text or stands oddly in it, or another page's head. */
function interruption({ body }: Checked): Doubt | null {
  for (const item of body.slice(1)) {
    if (item.interruptedBy !== null) return { because: 'interruption', line: cutShort(item.interruptedBy) };
    if (item.pageBreak) return { because: 'page-break', line: shown(item) };
  }
  return null;
}

const SOURCE =
  /[。！？”’…]\s?[（(](?:据|来源|综合|作者|摘自|转自|原载|选自|供稿|文\/|文：)[^（()）]{0,36}[）)]$/u;

/** Text below the names of who wrote, the editor, or the source: these stand last in an article. */
function textAfterEnd({ body }: Checked): Doubt | null {
  let told = false;
  for (const [at, item] of body.entries()) {
    const above = body[at - 1];
    // Agencies print a title and the byline between the dateline and the text.
    told ||= above !== undefined && endsSentence(above.fragment.draft.text);
    if (above === undefined || !told || item.kind === 'byline') continue;
    const { text } = above.fragment.draft;
    if (continuesElsewhereAt(item.fragment.draft.text) === 0) continue;
    const ended =
      above.kind === 'byline' || above.editorBelow !== null || endsArticle(text) || SOURCE.test(text);
    if (ended) return { because: 'after-end', line: shown(item) };
  }
  return null;
}

const DATELINE_WITHIN =
  /\S.{0,60}?(?:讯|电|消息)\s?[（(]\s?(?:本报|本网|本台)?(?:见习|实习|全媒体|融媒体|特约)?(?:记者|通讯员)/u;
/** Longest headline, with the dateline behind it. */
const MOST_UNITS = 90;

/** 全市春耕全面展开 本报讯（记者 张三）: headline and dateline on one line begin another article within this one. */
function datelineWithin({ body }: Checked): Doubt | null {
  for (const item of body) {
    const { text } = item.fragment.draft;
    const rest = text.slice(item.opening?.length ?? 0);
    if (DATELINE_WITHIN.test(rest.slice(0, MOST_UNITS)) || DATELINE_WITHIN.test(rest.slice(-MOST_UNITS)))
      return { because: 'heading', line: shown(item) };
  }
  return null;
}

/** Longest sentence of a caption or a quotation that can stand between two pieces of another sentence. */
const LONGEST_FOREIGN = 36;

/**
 * 这件事并不简⏎志愿者在广场发放手册。⏎单，还要多方协调: a whole sentence between two pieces of one word, which it does not
 * go on with.
 */
function foreignSentence({ body, indents }: Checked): Doubt | null {
  for (const [at, item] of body.entries()) {
    const open = body[at - 1];
    const rest = body[at + 1];
    if (open === undefined || rest === undefined || !isOpen(open)) continue;
    const { text } = item.fragment.draft;
    const before = open.fragment.draft.text;
    if (lengthWithoutSpaces(text) > LONGEST_FOREIGN || !endsSentence(text) || rest.kind !== 'text') continue;
    if (tellsOfPicture(text)) return { because: 'interruption', line: shown(item) };
    if (/[，、,]$/u.test(before) || isOneWord(before, text)) continue;
    // Where a page indents its paragraphs, what is not indented goes on with something.
    const goesOn = indents && item.fragment.indent < 2 && rest.fragment.indent < 2;
    if (goesOn || isQuotation(text) || isOneWord(before, rest.fragment.draft.text))
      return { because: 'interruption', line: shown(item) };
  }
  return null;
}

/** “路通了，心也近了。” and nothing else: a quotation that is set out of the text. */
function isQuotation(text: string): boolean {
  return /^["“][^"“”]+[。！？]["”]$/u.test(text);
}

/** How the next sentence of a report begins; the sentence before it is not whole then. */
const SENTENCE_START =
  /^(?:(?:会议|大会|会上|当天|活动|现场|仪式|座谈会|推进会)[\p{Script=Han}]{0,4}，|据(?:介绍|了解|悉|统计|[\p{Script=Han}]{2,8}介绍)，|(?:目前|截至目前|下一步|近年来|与此同时|同时|此外|随后|今后|为此|近日|日前|今年以来|记者了解到)，|[\p{Script=Han}·]{2,14}(?:说|表示|介绍|告诉记者)[：，])/u;

/** 部署下一⏎会议要求，: the end of the upper sentence is missing. */
function lostEnd({ body, indents }: Checked): Doubt | null {
  for (const [at, item] of body.entries()) {
    const open = body[at - 1];
    if (open === undefined || item.kind !== 'text' || !isOpen(open)) continue;
    // An indented line is a paragraph of its own, and the upper one is seen to be unfinished.
    if (indents && item.fragment.indent >= 2) continue;
    const { text } = item.fragment.draft;
    if (/[，、,]$/u.test(open.fragment.draft.text)) continue;
    if (SENTENCE_START.test(text) && !isOneWord(open.fragment.draft.text, text))
      return { because: 'seam', line: shown(item) };
  }
  return null;
}

/** A piece of running text that stops within a sentence, at a comma or at no mark. */
function isOpen({ kind, fragment }: Item): boolean {
  const { text } = fragment.draft;
  // A piece of a sentence can be as short as a heading; a comma within it tells.
  const runs = kind === 'text' || kind === 'opening' || kind === 'continued';
  return (
    (runs || (kind === 'head' && /[，,]/u.test(text) && !canBeSubhead(text))) &&
    /[\p{L}\p{N}%％℃，、,]$/u.test(text) &&
    !endsInAddress(text)
  );
}

/** Longest line without commas that can head an article by itself. */
const LONGEST_LONE_HEADLINE = 30;

/** A line between paragraphs that could head another article. */
function foreignHeading({ body, announced, feature, dashed }: Checked): Doubt | null {
  if (!announced) return null;
  const headings: Heading[] = [];
  for (let at = 1; at < body.length; at += 1) {
    const item = body[at];
    const above = body[at - 1];
    if (item?.kind !== 'head' || above === undefined || !isWhole(item) || isQuestion(item)) continue;
    const aboveText = above.fragment.draft.text;
    const finished =
      above.kind === 'closed' ||
      above.kind === 'head' ||
      endsSentence(aboveText) ||
      endsInAddress(aboveText) ||
      endsArticle(aboveText);
    if (!finished || body[at + 1] === undefined) continue;
    const group = headings.at(-1);
    if (above.kind === 'head' && group !== undefined) group.lines.push(item);
    else headings.push({ lines: [item] });
  }
  const lines = headings.flatMap((heading) => heading.lines);
  // A line too long for a subhead is the likeliest headline, whatever stands beside it.
  const long = lines.find((line) => !canBeSubhead(line.fragment.draft.text) && !isSetOff(line));
  const series = isSeries(headings, feature && (dashed || headings.length > 2));
  const suspect = long ?? (series ? undefined : lines[0]);
  return suspect === undefined ? null : { because: 'heading', line: shown(suspect) };
}

/** 问：周末可以办理吗？ */
function isQuestion({ fragment }: Item): boolean {
  return isLabelled(fragment.draft.text) && endsSentence(fragment.draft.text);
}

/** Nothing in the line looks like a clause that a column cut. */
export function isWhole(item: Item): boolean {
  const { text } = item.fragment.draft;
  return canBeSubhead(text) || (lengthWithoutSpaces(text) <= LONGEST_LONE_HEADLINE && !/[，、,]/u.test(text));
}

/** Fewer lines without a full stop are a signature or a date. */
const FEWEST_LINES = 4;

/** Verse or a list that the finished sentence above it does not lead to. */
function foreignVerse({ body }: Checked): Doubt | null {
  for (const [at, item] of body.entries()) {
    const above = body[at - 1];
    if (item.kind !== 'closed' || above === undefined || above.kind === 'closed') continue;
    const lines = body.slice(at, at + FEWEST_LINES);
    const isRun = lines.length === FEWEST_LINES && lines.every(({ kind }) => kind === 'closed');
    if (isRun && (endsSentence(above.fragment.draft.text) || endsInAddress(above.fragment.draft.text)))
      return { because: 'heading', line: shown(item) };
  }
  return null;
}

/** A telephone number taken for an advert, or a short line, right under the text and left over: it can be its last line. */
function lineLeftOver({ body, strayBelow }: Checked): Doubt | null {
  const line = body.find(({ followedBy }) => followedBy !== null)?.followedBy ?? strayBelow;
  return line === null ? null : { because: 'left-over', line: cutShort(line) };
}

const LONGEST_BARE_CAPTION = 30;

/** An article with a picture, and a short sentence as its last paragraph: it can be what the picture shows. */
function captionAtEnd({ body, pictured }: Checked): Doubt | null {
  const last = body.at(-1);
  if (!pictured || last === undefined || body.length < 2 || last.kind !== 'text') return null;
  const { text } = last.fragment.draft;
  const bare = lengthWithoutSpaces(text) <= LONGEST_BARE_CAPTION && /^[^，,。！!？?；;：:]+。$/u.test(text);
  return bare || mayTellOfPicture(text) ? { because: 'caption', line: shown(last) } : null;
}

/**
 * A photographer's name under the last paragraph of an article that a dateline opened: a paragraph as short as a caption can
 * be what the picture shows, and the picture another article's.
 */
function creditedCaption({ body }: Checked): Doubt | null {
  const [opening] = body;
  const [told, credit] = body.slice(-2);
  if (body.length < 3 || opening?.kind !== 'opening' || told?.kind !== 'text') return null;
  if (credit?.kind !== 'byline' || credit.byline === null || !isPhotoCredit(credit.byline)) return null;
  return told.fragment.draft.text.length <= LONGEST_CAPTION
    ? { because: 'caption', line: shown(told) }
    : null;
}

const CALLS_READERS =
  /您|欢迎(?:光临|选购|订购|惠顾|垂询|致电|各界)|热销|抢购|特惠|优惠多多|礼品多多|全场.{0,4}折/u;

/** An advert in whole sentences right under a report, which speaks to its readers as a report never does. */
function advertAtEnd({ body, feature }: Checked): Doubt | null {
  const last = body.at(-1);
  if (feature || last === undefined || body.length < 2 || last.kind !== 'text') return null;
  const text = last.fragment.draft.text.replace(/“[^“”]*”|"[^"]*"/gu, '');
  return CALLS_READERS.test(text) ? { because: 'advert', line: shown(last) } : null;
}

/** What begins without a dateline after a page's end, without a headline, or with lines that anyone could head. */
function openEnd(article: Checked, next: Following): Doubt | null {
  const { first } = next;
  const last = article.body.at(-1);
  if (last !== undefined && hasEnded(last)) return null;
  if (next.topDoubtful && !first.barrier) return { because: 'heading', line: shown(first) };
  if (!next.unannounced) return null;
  if (first.pageBreak) return { because: 'page-break', line: shown(first) };
  if (next.restsOnHeads) return { because: 'heading', line: shown(first) };
  return next.headless && first.interruptedBy !== null
    ? { because: 'interruption', line: cutShort(first.interruptedBy) }
    : null;
}

/** Who wrote it, or the editor, stands under the article: nothing of it follows. */
function hasEnded(last: Item): boolean {
  if (last.kind === 'byline') return last.byline !== null && !isPhotoCredit(last.byline);
  return last.editorBelow !== null || endsArticle(last.fragment.draft.text);
}

function shown(item: Item): string {
  return cutShort(item.fragment.draft.text);
}

function cutShort(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}
