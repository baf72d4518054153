import { lengthWithoutSpaces } from './characters.js';
import { draftOf, type Draft } from './draft.js';
import { findDate, findLunarDate, findWeekday, weekdayNumber } from './page-date.js';
import type { Masthead, MastheadRepair } from './page-reading.js';
import { withFullWidthPunctuation } from './punctuation.js';
import { looksLikeName } from './surnames.js';

/** Labels that only a masthead or the credits of a page print; longest first. */
const LABELS: readonly {
  words: string;
  is: 'supervisor' | 'sponsor' | 'both' | 'hotline' | 'editor' | 'credit' | 'imprint';
}[] = [
  { words: '主管[、/ ]?主办(?:单位)?', is: 'both' },
  { words: '主管(?:单位|部门)?', is: 'supervisor' },
  { words: '主办(?:单位)?', is: 'sponsor' },
  {
    words: '(?:报纸|新闻|服务|报料|爆料|读者|采访|编辑部|本报|24小时|投稿|记者)?热线(?:电话)?',
    is: 'hotline',
  },
  { words: '(?:本版)?(?:责任编辑|责编)', is: 'editor' },
  {
    words:
      '(?:第?[一二三四五六七八九十\\d]{1,3}版|本版|本期|值班|执行|文字|图片|视觉|美术|版面)?(?:编辑|主编|美编|版式|组版|排版|校对|检校|校检|照排|编委|总监|审读|编审|监审|视觉|制图|签发)',
    is: 'credit',
  },
  {
    words:
      '(?:协办|承办|出版|编印|编辑出版)(?:单位)?|国内统一(?:连续出版物|刊)号|国内刊号|刊号|准印证(?:号)?|邮发代号|(?:社|报社)?地址|邮政编码|邮编|(?:投稿|报社|电子)?邮箱|E-?mail|网址|值班(?:总编|编委|主任)|总编辑|社长|承印|印刷|零售价|定价|微信公众号|今日天气',
    is: 'imprint',
  },
];
const LABEL = new RegExp(
  LABELS.map(
    ({ words }, index) =>
      `(?<l${index}>(?<=^|[\\s|｜/\u3000,，;；（(])(?:${words})(?:\\s?[:：]\\s?|(?=[\\s\\d/\u3000]|$)\\s?/?\\s?))`,
  ).join('|'),
  'giu',
);

const ISSUE_TOTAL = /(?:总(?:期数?)?\s?(?:第)?|累计第)\s?([\d０-９]{1,6})\s?[期号]/u;
const ISSUE_OF_YEAR = /[12１２][\d０-９]{3}\s?年\s?第\s?([\d０-９]{1,3})\s?[期号]/u;
const ISSUE = /(?<!年\s?)第\s?([\d０-９]{1,6})\s?[期号]/u;
const PAGES_TODAY = /(?:今日|本期|共)\s?[\d０-９]{1,3}\s?(?:版|个版|页)/u;
const CN_NUMBER =
  /CN\s?\d{2}\s?[-—]\s?\d{4}(?:\/\w+)?|\(?[鲁京津沪渝苏浙皖闽赣豫鄂湘粤桂琼川贵云藏陕甘青宁新冀晋辽吉黑蒙]\)?内?资?准?字\s?第?\s?[\w-]+号?/u;
const WEB = /(?:https?:\/\/|www\.)[\w./?=&%-]+|[\w.-]+@[\w-]+\.[\w.]+/iu;
const SECTION =
  '(?:要闻|头版|综合|综合新闻|时政|时政要闻|本地|本地新闻|时事|经济|经济新闻|财经|民生|民生新闻|社会|社会新闻|文化|文体|文教|副刊|文艺副刊|教育|健康|卫生|法治|法制|科技|国际|国内|国内国际|天下|广告|公告|专版|专题|专刊|特刊|理论|评论|时评|体育|农业|三农|工业|企业|园区|镇街|街道|基层|生活|旅游|人物|视觉|图片新闻|党建|读者|新闻|都市|县域|深度|融媒)';
const PAGE = new RegExp(
  `(?<![\\p{Script=Han}\\dA-Za-z])(?:第\\s?(?<a>[A-Z]?\\d{1,3}|[一二三四五六七八九十]{1,3})\\s?版|(?<b>[A-Z]?\\d{1,3})\\s?版)\\s?[:：|｜·\\s]?\\s?(?<name>${SECTION}(?:[·/、]${SECTION})?(?![\\p{Script=Han}])|[\\p{Script=Han}]{2,4}(?=\\s|$|[|｜]))?`,
  'u',
);
const SECTION_FIRST = new RegExp(`^(?<name>${SECTION})\\s?[:：|｜·/]?\\s?(?<a>[A-Z]?\\d{1,2})\\s?版?$`, 'u');
const NUMBER_FIRST = new RegExp(`^(?<a>[A-Z]?0?\\d{1,2})\\s?[:：|｜·/]?\\s?(?<name>${SECTION})$`, 'u');
const SECTION_ALONE = new RegExp(`^${SECTION}$`, 'u');

/** What the title of a newspaper ends in, and words that end alike and are none. */
const TITLE =
  /^(?:《)?((?:今日)?[\p{Script=Han}]{1,14}?(?:日报|晚报|晨报|早报|时报|周报|商报|快报|导报|都市报|新报|周刊|新闻|融媒|报))(?:》)?(?=$|[\s\d（(|｜·—-]|总\s?第?|第)/u;
/** JIANGNAN DAILY NEWS beside the Chinese title. */
const LATIN_TITLE = /^[A-Z][A-Z&.' -]{3,60}$/;
const TITLE_TODAY = /^(今日[\p{Script=Han}]{2,4})$/u;
const NO_TITLE =
  /(?:预报|汇报|情报|海报|举报|喜报|捷报|战报|通报|申报|上报|回报|警报|填报|年报|月报|简报|公报|播报|快讯|黑板报|手抄报|图片新闻|本地新闻|综合新闻|社会新闻|民生新闻|经济新闻|本报)$/u;
const SLOGAN = /^[\p{Script=Han}]{1,8}(?:\s?[·・•∙‧／/、，,|丨—]\s?[\p{Script=Han}]{1,8}){1,7}$/u;
const WEATHER = /℃|°C|晴|多云|阴转|小雨|中雨|大雨|阵雨|雷阵雨|小雪|中雪|[东南西北]风|级/u;

/** What one line says about the masthead; `rest` are the words nothing is known about. */
export interface MastheadLine {
  found: Partial<Masthead>;
  /** Parts that only a masthead prints. */
  strong: number;
  /** Credits of the page: 责任编辑, 版式, 校对 … */
  credits: number;
  rest: string[];
}

/**
 * Reads a line as a piece of the masthead. Null when it can be running text, a headline or anything else.
 * @param inZone the line stands above the first article, where a bare title or section name is a masthead's
 */
export function readMastheadLine(line: string, inZone: boolean): MastheadLine | null {
  const text = spacedTitleJoined(line);
  if (text.length > 160 || /[。！？；].*\S/u.test(text)) return null;
  const found: Partial<Masthead> = {};
  let strong = 0;
  let credits = 0;

  const owners = ownersOf(text);
  const { head, values } = owners ?? labelled(text);
  for (const { is, value } of values) {
    strong += 1;
    if (value === '') continue;
    if (is === 'both') {
      found.supervisor = value;
      found.sponsor = value;
    } else if (is === 'supervisor' || is === 'sponsor') found[is] = value;
    else if (is === 'hotline') {
      const number = /^[\d０-９][\d０-９\s()（）/、,，转—-]{4,60}/u.exec(value)?.[0].trim();
      if (number !== undefined) found.hotline = number.replace(/[、,，/（(—-]+$/u, '');
    } else if (is === 'editor') {
      credits += 2;
      const names = namesOf(value);
      if (names !== '') found.editor = names;
    } else if (is === 'credit') credits += 1;
  }
  // 编辑 alone may begin a sentence; two credits, or 责任编辑, make a line of credits.
  if (
    values.length > 0 &&
    values.every(({ is }) => is === 'credit') &&
    credits < 2 &&
    !(inZone && head === '')
  )
    return null;

  let rest = head;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const match = pattern.exec(rest);
    if (match !== null) rest = `${rest.slice(0, match.index)} | ${rest.slice(match.index + match[0].length)}`;
    return match;
  };
  const seam = { touching: false };
  const takeFound = (part: { at: number; length: number } | null): boolean => {
    if (part === null) return false;
    seam.touching ||= /[\p{Script=Han}]/u.test(rest[part.at + part.length] ?? '');
    rest = `${rest.slice(0, part.at)} | ${rest.slice(part.at + part.length)}`;
    strong += 1;
    return true;
  };

  const ofYear = take(ISSUE_OF_YEAR);
  if (ofYear !== null) {
    found.issueOfYear = numberIn(ofYear);
    strong += 1;
  }
  const total = take(ISSUE_TOTAL);
  if (total !== null) {
    found.issueTotal = numberIn(total);
    strong += 1;
  }
  const date = findDate(rest);
  if (takeFound(date) && date !== null) found.date = date.value;
  const lunar = findLunarDate(rest);
  if (takeFound(lunar) && lunar !== null) found.lunarDate = lunar.value;
  const weekday = findWeekday(rest);
  if (takeFound(weekday) && weekday !== null) found.weekday = weekday.value;
  const issue = take(ISSUE);
  if (issue !== null) {
    strong += 1;
    const number = numberIn(issue);
    if (found.issueTotal !== undefined && found.issueOfYear === undefined && number <= 366)
      found.issueOfYear = number;
    // A number above what a year can hold counts from the first issue; a small one alone could be either.
    else if (found.issueTotal === undefined && number > 366) found.issueTotal = number;
  }
  if (take(PAGES_TODAY) !== null) strong += 1;
  if (take(CN_NUMBER) !== null) strong += 1;
  if (take(WEB) !== null && values.length > 0) strong += 1;
  const bare = withoutLatinTitle(rest.replaceAll('|', '').trim());
  const page =
    take(PAGE) ?? (inZone || strong > 0 ? (SECTION_FIRST.exec(bare) ?? NUMBER_FIRST.exec(bare)) : null);
  if (page !== null) {
    const number = page.groups?.['a'] ?? page.groups?.['b'];
    if (number !== undefined) found.pageNumber = plainNumber(number);
    const name = page.groups?.['name'];
    if (name !== undefined) found.pageName = name;
    if (page[0].trim() === bare) rest = '';
    strong += 1;
  }

  const words = rest
    .split(/\s*[|｜]\s*|\s{1,}/u)
    .map((word) => word.replace(/^[（()）【】[\]·:：,，、—-]+|[（()）【】[\]·:：,，、—-]+$/gu, ''))
    .filter((word) => word !== '');
  const left: string[] = [];
  for (const word of words) {
    const title =
      found.publication === undefined ? (TITLE.exec(word)?.[1] ?? TITLE_TODAY.exec(word)?.[1]) : undefined;
    if (title !== undefined && !NO_TITLE.test(title) && (strong > 0 || inZone)) {
      found.publication = title;
      continue;
    }
    if (found.pageNumber === undefined && strong > 0 && /^(?:[A-Z]\d{1,2}|0\d)$/.test(word)) {
      found.pageNumber = word;
      continue;
    }
    if (found.pageName === undefined && strong > 0 && SECTION_ALONE.test(word)) found.pageName = word;
    else left.push(word);
  }
  if (strong === 0) {
    // Without any sure part only a bare title or a bare section name can be meant, and only above the articles.
    const latinTitle = /^[A-Z]/.test(left[0] ?? '') && LATIN_TITLE.test(left.join(' '));
    if (!inZone || (left.length > 0 && !latinTitle)) return null;
    if (found.publication === undefined) return null;
    return { found, strong, credits, rest: left };
  }
  const unknown = left.reduce((sum, word) => sum + lengthWithoutSpaces(word), 0);
  if (left.length === 1 && SLOGAN.test(left[0] ?? '') && (strong > 1 || found.publication !== undefined)) {
    found.slogan = left[0] ?? '';
    left.pop();
  } else if (unknown > 0) {
    const weather = left.every((word) => WEATHER.test(word));
    const surely =
      values.length > 0 || strong > 1 || weather || (strong === 1 && found.publication !== undefined);
    if (!surely || seam.touching || unknown > 40 || (strong < 2 && unknown > 12 && values.length === 0))
      return null;
  }
  return { found, strong, credits, rest: left };
}

/** A section name on a line of its own: 要闻. Only above the first article it can be told from a headline. */
export function isSectionName(line: string): boolean {
  return SECTION_ALONE.test(line.trim());
}

/** A section name with its page number: 2 要闻, 要闻 02. */
export function isPageLabel(line: string): boolean {
  const bare = withoutLatinTitle(line.trim());
  return SECTION_FIRST.test(bare) || NUMBER_FIRST.test(bare);
}

/** LINLAN DAILY 要闻 02: the title of the paper in capitals. */
function withoutLatinTitle(line: string): string {
  return line.replace(/^[A-Z][A-Z&.'-]*(?:\s[A-Z&.'-]+){0,4}\s(?=\S)/u, '');
}

/** A slogan on a line of its own: 活力・魅力・热点・焦点. Only between masthead lines it can be told from anything else. */
export function isSloganLine(line: string): boolean {
  return /[·・•∙‧丨]/u.test(line) && SLOGAN.test(line.trim());
}

export function emptyMasthead(): Masthead {
  return {
    publication: null,
    date: null,
    weekday: null,
    lunarDate: null,
    issueTotal: null,
    issueOfYear: null,
    supervisor: null,
    sponsor: null,
    hotline: null,
    slogan: null,
    editor: null,
    pageNumber: null,
    pageName: null,
  };
}

const TEXT_FIELDS = [
  'publication',
  'supervisor',
  'sponsor',
  'hotline',
  'slogan',
  'editor',
  'pageName',
] as const;

/** Puts the lines of a masthead together: what is printed first counts. Mends its punctuation and checks its weekday. */
export function mastheadOf(lines: readonly { line: MastheadLine; draft: Draft }[]): {
  masthead: Masthead;
  repairs: MastheadRepair[];
} {
  const masthead = emptyMasthead();
  const repairs: MastheadRepair[] = [];
  const add = (repair: Omit<MastheadRepair, 'id'>): void => {
    repairs.push({ id: `m${repairs.length + 1}`, ...repair });
  };
  for (const { line, draft } of lines) {
    const fresh = Object.keys(line.found).filter(
      (key) => masthead[key as keyof Masthead] === null,
    ) as (keyof Masthead)[];
    for (const key of fresh) Object.assign(masthead, { [key]: line.found[key] });
    const field = fresh[0];
    if (field === undefined) continue;
    for (const { kind, before, after, count } of draft.notes)
      if (kind !== 'spacing') add({ class: 'auto', kind, field, before, after, count });
  }
  for (const field of TEXT_FIELDS) {
    const value = masthead[field];
    if (value === null) continue;
    const mended = withFullWidthPunctuation(draftOf(value));
    masthead[field] = mended.text;
    for (const { class: repairClass, kind, before, after, count } of mended.notes) {
      if (repairClass === 'auto') add({ class: 'auto', kind, field, before, after, count });
    }
  }
  if (masthead.date !== null && masthead.weekday !== null) {
    const printed = weekdayNumber(masthead.weekday);
    if (printed !== null && printed !== new Date(`${masthead.date}T00:00:00Z`).getUTCDay()) {
      const shown = `${masthead.date} ${masthead.weekday}`;
      add({
        class: 'flag',
        kind: 'weekday-mismatch',
        field: 'weekday',
        before: shown,
        after: shown,
        count: 1,
      });
    }
  }
  return { masthead, repairs };
}

type LabelKind = (typeof LABELS)[number]['is'];

function labelled(text: string): { head: string; values: { is: LabelKind; value: string }[] } {
  const matches = [...text.matchAll(LABEL)];
  const values: { is: LabelKind; value: string }[] = [];
  let head = text.slice(0, matches[0]?.index ?? text.length);
  for (const [index, match] of matches.entries()) {
    const is = LABELS.find((_, at) => match.groups?.[`l${at}`] !== undefined)?.is;
    if (is === undefined) continue;
    const raw = text.slice(match.index + match[0].length, matches[index + 1]?.index ?? text.length).trim();
    const { value, rest } = cutValue(raw, is);
    values.push({ is, value });
    if (rest !== '') head += ` ${rest}`;
  }
  return { head: head.trim(), values };
}

const OWNERS =
  /^(?<supervisor>[\p{Script=Han}（）()·\d]{4,30})主管(?:[\s、，,]+(?<sponsor>[\p{Script=Han}（）()·\d]{4,30})主办|[\s、，,]*主办)$/u;

/** 某县委宣传部主管 某县融媒体中心主办, 某公司主管主办: the words stand behind the names. */
function ownersOf(text: string): { head: string; values: { is: LabelKind; value: string }[] } | null {
  const { supervisor, sponsor } = OWNERS.exec(text)?.groups ?? {};
  if (supervisor === undefined) return null;
  return {
    head: '',
    values:
      sponsor === undefined
        ? [{ is: 'both', value: supervisor }]
        : [
            { is: 'supervisor', value: supervisor },
            { is: 'sponsor', value: sponsor },
          ],
  };
}

/** A label's value ends where the date, the issue or the number of the page begins. */
function cutValue(raw: string, is: LabelKind): { value: string; rest: string } {
  if (is === 'imprint' || is === 'credit') return { value: raw, rest: restAfterNames(raw) };
  const stop = /\s(?=[12]\d{3}\s?[年/.-]|星期|农历|总第|第\s?[\dA-Z]|[A-Z]?\d{1,2}\s?版)/u.exec(raw);
  const cut = stop === null ? raw : raw.slice(0, stop.index);
  const value = cut.replace(/[\s,，;；|｜、]+$/u, '');
  return { value, rest: stop === null ? '' : raw.slice(stop.index).trim() };
}

function restAfterNames(raw: string): string {
  const stop = /\s(?=[12]\d{3}\s?[年/.-]|星期|农历|总第|第\s?[\dA-Z]|[A-Z]?\d{1,2}\s?版)/u.exec(raw);
  return stop === null ? '' : raw.slice(stop.index).trim();
}

/** The names after 责任编辑, as printed, up to the first word that is no name. */
function namesOf(value: string): string {
  const names: string[] = [];
  const words = value
    .replace(/[（）()]/g, ' ')
    .split(/[\s、,，/]+/u)
    .filter((word) => word !== '');
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const next = words[at + 1] ?? '';
    if (Array.from(word).length === 1 && Array.from(next).length === 1) {
      names.push(`${word} ${next}`);
      at += 1;
    } else if (
      looksLikeName(word) ||
      (names.length === 0 && /^[\p{Script=Han}·]{2,6}$/u.test(word)) ||
      (names.length === 0 && /^[A-Z][A-Za-z.]+$/.test(word))
    )
      names.push(word);
    else break;
  }
  return names.join(' ');
}

/** 高 新 区 报: a title set wide. */
function spacedTitleJoined(line: string): string {
  return /^(?:\p{Script=Han}[\s\u3000]){2,9}\p{Script=Han}$/u.test(line) &&
    line.replace(/[\s\u3000]/g, '').endsWith('报')
    ? line.replace(/[\s\u3000]/g, '')
    : line;
}

/** Some papers print numbers in full-width digits. */
function numberIn(match: RegExpExecArray): number {
  return Number(match[1]?.normalize('NFKC'));
}

function plainNumber(number: string): string {
  const index = '一二三四五六七八九十'.indexOf(number);
  return index === -1 || number.length > 1 ? number : String(index + 1);
}
