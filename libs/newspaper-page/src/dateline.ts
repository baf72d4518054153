import { readByline, readBylineStart, type BylineReading } from './byline.js';

/** What an article's first paragraph begins with, and how much of it that takes. */
export interface Opening {
  /** 本报济宁讯, 新华社北京1月3日电; null where only a byline stands. */
  dateline: string | null;
  byline: BylineReading | null;
  /** UTF-16 units from the start that are no body text. */
  length: number;
  /** A sentence can begin like this too: it opens an article only under a headline. */
  needsHeadline: boolean;
}

const HOUSE =
  '(?:本报|本刊|本台|本网|本社|本端|新华社|新华网|中新社|中新网|中国新闻网|人民网|光明网|央视网|央广网|[\\p{Script=Han}]{2,8}?(?:日报|晚报|晨报|早报|时报|商报|都市报|周报|新闻网|融媒体?|客户端|电视台|广播电台|通讯社))';
/** Some papers print the day in full-width digits. */
const NUMBER = '[\\d０-９]{1,2}';
const PLACE_AND_DAY = `[\\p{Script=Han}·]{0,12}?\\s{0,2}(?:${NUMBER}\\s?月\\s?${NUMBER}\\s?日)?\\s{0,2}(?:${NUMBER}时)?`;
/** 讯 must not be part of a longer word (资讯, 通讯员, 讯息) and 电 needs its day (新华社记者从国家电网 is text). */
const KIND =
  '(?:(?:综合)?(?<![通资喜音短简问审])讯(?![息问号速飞])|综合消息|消息(?=\\s*[（(：:])|(?:专|特)稿(?=\\s*[（(：:])|(?<=日\\s?)(?:专|综合)?电|(?<=时)电|专电)';
/** 据某某微信公众号消息: set off by a space or a colon, else it is a sentence. */
const SOURCE_TOLD = '据[\\p{Script=Han}A-Za-z“”《》]{2,24}?消息(?=[\\s：:])';
const DATELINE = new RegExp(
  `^[【\\[（(]?\\s?((?:据|综合)?${HOUSE}${PLACE_AND_DAY}${KIND}|${SOURCE_TOLD})\\s?[】\\]）)]?`,
  'u',
);
/** 某地讯（记者 张三）, 《某某日报》讯 近日: a house that no list knows, set off by a byline or a space. */
const OWN_HOUSE =
  /^(《[\p{Script=Han}]{2,8}》\s?讯|[\p{Script=Han}]{2,8}(?<![通资喜音短简问审电据快要获闻])讯)(?=\s*[（(]|\s)/u;
const ROLE_WORD = /记者|通讯员|实习生|评论员|作者|摄影|供稿/u;
const BRACKET = /^\s*[（(]([^（()）]{2,120})[）)]/u;
/** Longest start that can be a dateline; keeps the test cheap on long lines. */
const MOST_UNITS = 220;

/**
 * Reads dateline and byline at the start of a paragraph: `本报济宁讯(记者 曹俐)`, `新华社北京1月3日电 记者张三报道：`,
 * `（记者 张三）`, `本报记者 张三 报道`. Null when the paragraph begins with neither.
 */
export function readOpening(paragraph: string): Opening | null {
  const text = paragraph.slice(0, MOST_UNITS);
  const known = DATELINE.exec(text);
  const match = known ?? OWN_HOUSE.exec(text);
  if (match !== null) {
    const dateline = (match[1] ?? match[0]).trim();
    const after = match[0].length;
    const byline = bracketByline(text.slice(after)) ?? plainByline(text.slice(after));
    let length = after + (byline?.length ?? 0);
    // 本报讯（记者 张三）讯： some papers put the kind again.
    length += separatorLength(text.slice(length));
    return {
      dateline,
      byline: byline?.reading ?? unreadByline(text.slice(after)),
      length,
      needsHeadline: known === null || (dateline.startsWith('据') && !/[讯电]$/u.test(dateline)),
    };
  }
  const bracket = bracketByline(text);
  if (bracket?.reading.hasRole === true)
    return {
      dateline: null,
      byline: bracket.reading,
      length: bracket.length + separatorLength(text.slice(bracket.length)),
      needsHeadline: false,
    };
  return reportedBy(text);
}

interface Measured {
  reading: BylineReading;
  length: number;
}

function bracketByline(text: string): Measured | null {
  const match = BRACKET.exec(text);
  if (match?.[1] === undefined) return null;
  const reading = readByline(`（${match[1]}）`);
  return reading === null ? null : { reading, length: match[0].length };
}

/**
 * A bracket behind the dateline that names a role and holds more than names, or that a column cut: it stays in the text,
 * and a person must look.
 */
function unreadByline(text: string): BylineReading | null {
  const inner = /^\s*[（(]([^（()）]{2,120})/u.exec(text)?.[1];
  return inner !== undefined && ROLE_WORD.test(inner.slice(0, 24))
    ? { bylines: [], doubtful: true, hasRole: true, others: false, length: 0 }
    : null;
}

/** A byline without brackets after a dateline: 记者 张三 报道：. The word 报道 or a space must set it off from the text. */
function plainByline(text: string): Measured | null {
  const lead = /^[\s：:]*/u.exec(text)?.[0].length ?? 0;
  const reading = readBylineStart(text.slice(lead));
  if (reading === null) return null;
  const length = lead + reading.length;
  const setOff = text.slice(0, length).endsWith('报道') || /^(?:\s|[：:]|$)/u.test(text.slice(length));
  return setOff ? { reading, length } : null;
}

/** `本报记者 张三 报道` at the start of a paragraph: without 报道 it could be any sentence about a reporter. */
function reportedBy(text: string): Opening | null {
  if (!/^[□■●◎▲]?\s*(?:本报|本刊|本网|本台|新华社)?[\p{Script=Han}]{0,4}(?:记者|通讯员|评论员)/u.test(text))
    return null;
  const lead = /^[□■●◎▲]?\s*/u.exec(text)?.[0].length ?? 0;
  const reading = readBylineStart(text.slice(lead));
  if (reading === null) return null;
  const length = lead + reading.length;
  if (!text.slice(0, length).endsWith('报道')) return null;
  return {
    dateline: null,
    byline: reading,
    length: length + separatorLength(text.slice(length)),
    needsHeadline: false,
  };
}

function separatorLength(text: string): number {
  return /^\s*[：:，,]?\s*/u.exec(text)?.[0].length ?? 0;
}
