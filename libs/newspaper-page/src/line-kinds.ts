import { endsSentence, lengthWithoutSpaces } from './characters.js';
import { BYLINE_MARK, isWritersByline, readByline, type BylineReading } from './byline.js';

/** Tests that say what a line is by its own words. What it is by its place is decided where articles are found. */

/** Longest line that can stand in a headline block. */
const LONGEST_HEADLINE = 45;
/** Longest line between two paragraphs that is taken for a subhead. */
const LONGEST_SUBHEAD = 20;

const PAGE_MARK = '第?\\s?(?:[A-Z]?\\d{1,3}|[一二三四五六七八九十]{1,3})\\s?版';
const CONTINUES = new RegExp(
  `[（(【\\[]?\\s?[►▶☞→■▲●★]*\\s?(?:(?:未完)?[，,]?\\s?(?:下转|紧转|转入)|(?<=[。！？”…])转)\\s?(?:今日|本报|本期)?\\s?${PAGE_MARK}[^。，\\n]{0,8}?[）)】\\]]?\\s?[►▶→■▲●]*\\s?$`,
  'u',
);
const CONTINUED = new RegExp(
  `^[（(【\\[]?\\s?[►▶☞←◄■▲●★]*\\s?(?:上接|紧接|接)\\s?(?:今日|本报|本期|[A-Z]{1,2})?\\s?${PAGE_MARK}(?:[《“][^《》“”]{1,40}[》”](?:一文)?)?\\s?[）)】\\]]?\\s?[:：]?\\s?`,
  'u',
);

/** Where a mark 下转第2版 stands at the end of a text, or -1. */
export function continuesElsewhereAt(text: string): number {
  const from = Math.max(0, text.length - 40);
  const match = CONTINUES.exec(text.slice(from));
  return match === null ? -1 : from + match.index;
}

/** UTF-16 units of a mark 上接第1版 at the start of a text, 0 for none. */
export function continuedMarkLength(text: string): number {
  return CONTINUED.exec(text.slice(0, 80))?.[0].length ?? 0;
}

const GUIDE_HEAD =
  /^[■●▲★◆◎【[「『“"|\s]*(?:今日|本期|本版|要闻|新闻|版面|内容|精彩)?\s?导\s?[读航视]\s?[】\]」』”"|:：\s]*$|^[■●【]?(?:今日看点|内容提要|版面导航|今日要目|本期要目|本期看点|今日导览|精彩导读)[】:：]?$/u;
const GUIDE_ITEM = new RegExp(
  `[（(【►▶→☞…·.—\\s]*(?:(?:详见|详细报道见|全文见|报道见|见|刊于|刊|请看)?\\s?(?:今日|本报)?${PAGE_MARK}|(?:详见|见)\\s?[A-Z]?\\d{1,2})\\s?[）)】►▶▷]*$`,
  'u',
);

/** 导读, 今日看点: what heads a box that leads to other pages. */
export function isGuideHead(text: string): boolean {
  return text.length <= 16 && GUIDE_HEAD.test(text);
}

/** 全区经济工作会议召开 详见第3版 */
export function isGuideItem(text: string): boolean {
  if (
    text.length > 60 ||
    /[。；]/u.test(text) ||
    continuesElsewhereAt(text) !== -1 ||
    continuedMarkLength(text) > 0
  )
    return false;
  return GUIDE_ITEM.test(text);
}

const CAPTION_START =
  /^(?:[（(]?(?:资料图|图片新闻说明|效果图)|(?:[▲△▼▽◄◀►▶←→↑↓]\s?)|(?:[上下左右]图(?=[\s：:为（(])|图为|图片为|图中|组图|题图|配图|本版图片|图[①②③④⑤⑥一二三四五六\d]{0,3}\s?[:：为]|(?:照片|图片)(?:由|说明|为)|新华社(?:发|记者\s?[\p{Script=Han}]{2,4}\s?摄)))/u;
const CREDIT_END =
  /(?:[\s\u3000。！？”（(][^\s\u3000。！？（(，,]{0,12}[\s\u3000]?|[\s\u3000])(?:摄影报道|摄影|供图|摄)[）)]?$|(?:资料图片?|资料照片|图片来源[:：][^\s]{2,20}|网络图片|[\p{Script=Han}]{2,12}供图)[）)]?$/u;
export const LONGEST_CAPTION = 160;

/** ▲9月8日，某镇开展演练。（张三）: the mark sets off one piece of news from the next; a caption names who took the picture. */
export function isMarkedBrief(text: string): boolean {
  return (
    /^[▲△▼▽►▶]/u.test(text) &&
    /[。！？”][（(][\p{Script=Han}·\s]{2,12}[）)]$/u.test(text) &&
    !/[摄图][）)]$/u.test(text)
  );
}

/** Words of a caption, whatever mark it begins with: who took the picture, or that it is one. */
export function namesPicture(text: string): boolean {
  return CREDIT_END.test(text) || /图为|上图|下图|左图|右图|题图|图片|照片|资料图/u.test(text);
}

/** 图为…, …张三 摄, a line with an arrow to its picture. */
export function isCaption(text: string): boolean {
  if (text.length > LONGEST_CAPTION || isMarkedBrief(text)) return false;
  if (CAPTION_START.test(text)) return true;
  return CREDIT_END.test(text) && readByline(text) === null;
}

/** A caption by its own first words, whatever stands around it. */
export function isSureCaption(text: string): boolean {
  return (
    text.length <= LONGEST_CAPTION &&
    !isMarkedBrief(text) &&
    (CAPTION_START.test(text) || /图为[^。]{2,60}(?:。|$)/u.test(text))
  );
}

const NOTICE_HEAD =
  /^[【[■●◆★\s]*(?:[^，。；：！？,;:!?]{0,24}?)(?:公\s?告|公\s?示|声\s?明|启\s?事|通\s?告|更\s?正|致\s?歉|讣\s?告|告\s?示|招\s?聘|招\s?租|招\s?标|拍\s?卖|转\s?让|广\s?告|征\s?稿|诚聘(?:英才)?|招\s?生|遗\s?失|挂\s?失|寻\s?人|征\s?婚|出\s?售|出\s?租)(?:公告|启事|声明|信息|简章|通知|预告)?(?:栏)?[】\]\s]*$/u;
const NOTICE_START =
  /^[【[■●◆★\s]*(?:遗失|挂失|声明|公告|启事|更正|讣告|注销|通告|拍卖公告|招聘|招租|减资公告|清算公告|招标公告|遗失声明|注销公告|更正启事)\s?[】\]]?\s?[:：]|^(?:遗失声明|注销公告|减资公告|更正启事|招聘启事|拍卖公告)[\s\u3000]/u;
const NOTICE_END =
  /(?:特此(?:公告|声明|通告|更正|启事|公示|告知|说明)|(?:声明|登报|公告)作废|(?:遗失|丢失|被盗)[^。]{2,80}作废|谨致歉意|特此致歉)[。！]?$/u;

const SALUTATION =
  /^(?:(?:亲爱|尊敬|敬爱)的[^。；]{1,36}|(?:各位|全体|广大)[^，。]{2,20}|[^，。]{0,12}(?:朋友们?|同志们?|先生|女士|老师|同学们|乡亲们|父老乡亲))[：:，,！!]?$/u;

/** 亲爱的读者： opens a letter. */
export function isSalutation(text: string): boolean {
  return text.length <= 44 && SALUTATION.test(text) && /[：:，,！!]$/u.test(text);
}

/** 公告, 遗失声明, 招聘启事, 更正: a line that heads a notice. */
export function isNoticeHead(text: string): boolean {
  return lengthWithoutSpaces(text) <= 28 && NOTICE_HEAD.test(text);
}

const ACTIVITY_HEAD =
  /^[\p{Script=Han}\s]{2,}(?:招\s?聘|招\s?租|招\s?标|拍\s?卖|转\s?让|招\s?生|出\s?售|出\s?租)$/u;

/** 线上招聘, 土地转让: what a notice is headed by, and a part of an article as well. */
export function isActivityHead(text: string): boolean {
  return ACTIVITY_HEAD.test(text) && !/(?:公司|集团|医院|学校|银行)/u.test(text);
}

/** A notice in one paragraph: 遗失声明：张三不慎遗失…声明作废。 */
export function isNoticeParagraph(text: string): boolean {
  return NOTICE_START.test(text) || (text.length <= 400 && NOTICE_END.test(text));
}

/** 遗失声明：, 公告：: a notice by its first words. */
export function opensNotice(text: string): boolean {
  return NOTICE_START.test(text);
}

const ADVERT =
  /(?:(?:咨询|联系|招商|订阅|订餐|订票|报名|预约|售楼|服务|招聘|广告|垂询|加盟|购票)(?:电话|热线|方式)|电\s?话|手机|微信|地\s?址|联系人|热线|传真|邮箱)\s?[:：]?\s?[^\s。，]{0,30}$|(?:1[3-9]\d{9}|0\d{2,3}[-—－ ]?\d{7,8}|400[-—]?\d{3}[-—]?\d{4})(?:[\s、/，,]*(?:1[3-9]\d{9}|0?\d{2,4}[-—－ ]?\d{4,8}))*\s?(?:[（(][^（）()]{1,12}[）)])?$/u;

/** A line that gives a telephone number or an address and nothing of a sentence. */
export function isAdvertLine(text: string): boolean {
  return text.length <= 80 && !/[。；！？]/u.test(text) && /\d/.test(text) && ADVERT.test(text);
}

const EVENT_CREDIT = /^(?:主办|承办|协办|联办|支持|指导|冠名|赞助)(?:单位|方)?\s?[：:]/u;
const OWN_IMPRINT = /主管|地址|邮编|邮箱|热线|承印|印刷|出版|定价|刊号|网址/u;

/** 主办单位：某局 承办单位：某馆: who holds an event, and nothing that only a paper says of itself. */
export function isEventCredit(text: string): boolean {
  return EVENT_CREDIT.test(text) && !OWN_IMPRINT.test(text);
}

const ENDS_IN_ADDRESS = /(?:[\w.+-]+@[\w.-]+|https?:\/\/[\x21-\x7e]+|www\.[\x21-\x7e]+|\d[\d-]{4,})$/u;

/** An address or a telephone number may stand last without a full stop. */
export function endsInAddress(text: string): boolean {
  return ENDS_IN_ADDRESS.test(text.slice(-120));
}

const FURNITURE =
  /^(?:(?![，。；：！？、”’）》」』,.;:!?"')…]+$)[^\p{L}\p{N}]+|[—\-–·\s]*(?:第\s?)?\d{1,4}\s?(?:页)?[—\-–·\s]*|\d{1,3}\s?\/\s?\d{1,3}|第\s?\d{1,3}\s?页\s?(?:共\s?\d{1,3}\s?页)?|P(?:age)?\.?\s?\d{1,4}(?:\s?(?:of|\/)\s?\d{1,4})?|(?:扫码|扫描二维码|扫一扫|长按识别)[^。]{0,24}|二维码|版权所有[^。]{0,40}|(?:上|下)一[版页篇]|返回(?:目录|首页|顶部))$/iu;

/** Page numbers, rules, ornaments, calls to scan a code. */
export function isFurniture(text: string): boolean {
  return text.length <= 60 && FURNITURE.test(text);
}

const DATE_ONLY =
  /^(?:[12]\d{3}\s?年\s?)?\d{1,2}\s?月\s?\d{1,2}\s?日$|^[12]\d{3}[-/.]\d{1,2}[-/.]\d{1,2}$|^[一二][〇○零一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日$/u;
const OFFICE_END =
  /(?:公司|委员会|管委会|局|中心|办公室|法院|检察院|银行|支行|分行|分公司|学校|中学|小学|大学|学院|医院|政府|办事处|编辑部|报社|本报|协会|厂|店|馆|部|处|所)$/u;

/** The signature of a notice: its date, or the office that gives it. */
export function isSignature(text: string): boolean {
  return DATE_ONLY.test(text) || isAdvertLine(text) || (text.length <= 30 && OFFICE_END.test(text));
}

export function isDateOnly(text: string): boolean {
  return DATE_ONLY.test(text);
}

const EDITORS_NOTE =
  /^[【[■●◆（(]?(?:编者按|编者的话|编前语|编后语|开栏的话|开栏语|核心提示|阅读提示|新闻提要|内容提要|摘要|导语|提要)[】\])）]?\s?[:：\s■●]?/u;

/** 编者按： and its kind, which may stand between headline and dateline though it is a sentence. */
export function isEditorsNote(text: string): boolean {
  return EDITORS_NOTE.test(text);
}

const LIST_MARK =
  /^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}\s?[.、．](?!\d)|[①②③④⑤⑥⑦⑧⑨⑩●■◆★▲○◎◇□✦✓·•]\s?|第[一二三四五六七八九十]{1,3}[,，、条章节：:]|——\s?|[一二三四五六七八九十]是)/u;
const NUMBERED =
  /^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}\s?[.、．](?!\d)|第[一二三四五六七八九十]{1,3}[,，、]|[①②③④⑤⑥⑦⑧⑨⑩●■◆★▲◎◇]\s?)/u;
const LABEL = /^[\p{Script=Han}]{1,8}[：:]/u;

/** A line that opens an item of a list. */
export function isListItem(text: string): boolean {
  return LIST_MARK.test(text);
}

/** 一等奖：张三 李四 */
export function isLabelled(text: string): boolean {
  return LABEL.test(text);
}

/** A heading by its number or mark: 一、加强领导. */
export function isNumbered(text: string): boolean {
  return NUMBERED.test(text);
}

/** ——某镇治水纪实: a line that belongs to the one above it. */
export function isDashLine(text: string): boolean {
  return /^(?:—|--)/u.test(text);
}

const NOT_AT_END = /(?:[，、：；:,;（(《“‘—]|[的和与及在是了对为把将从向被让等以由于或而且并至到])$/u;
/** 详情可登录www.某某.cn: the last line of a text, without its full stop. */
const NAMES_ADDRESS =
  /\p{Script=Han}.{0,40}?(?:https?:\/\/[\x21-\x7e]+|www\.[\x21-\x7e]+|[\w.+-]+@[\w.-]+)$/u;
const NOT_AT_START = /^[，。、；：！？）》”’,.;:!?)]/u;

const COLUMN_LABEL =
  /^[【[■●]?(?:简讯|短讯|快讯|短波|简报|短新闻|一句话新闻|新闻简讯|简明新闻|要闻简报|短讯集锦|时评|要闻|头版|综合|时政要闻|(?:综合|本地|经济|民生|社会|图片)新闻)[】\]]?$/u;

/** 简 讯, 时评: the name of a column, which is no part of a headline. */
export function isColumnLabel(text: string): boolean {
  return COLUMN_LABEL.test(text.replace(/\s/gu, ''));
}

/** 你准备好了吗？ and 你准备好了吗？（上） */
const ASKS_OR_CALLS = /[！？!?…]["”』」]?(?:[（(][^（()）]{1,8}[）)])?$/u;

/** Whether a line can stand in a headline block: it has words, ends no sentence and holds none. */
export function canBeHeadline(text: string): boolean {
  const length = lengthWithoutSpaces(text);
  if (length < 2 || length > LONGEST_HEADLINE || !/\p{L}/u.test(text)) return false;
  // A line that breaks off with a dash leads to the headline below it, however many clauses it has.
  const leads = /(?:——|--)$/u.test(text) && !text.includes('。');
  if (NOT_AT_START.test(text) || NAMES_ADDRESS.test(text)) return false;
  if (!leads && /。|；|[，,][^，,]*[，,][^，,]*[，,]/u.test(text)) return false;
  if (/[，、；,;（(《“‘]$/u.test(text)) return false;
  if (/[的和与及]$/u.test(text) && length > LONGEST_SUBHEAD) return false;
  if (endsSentence(text))
    return length <= 30 && ASKS_OR_CALLS.test(text) && !/[！？!?，,].*[！？!?]/u.test(text);
  return balanced(text);
}

/** Whether a line between two paragraphs is short and whole enough to be a heading. */
export function canBeSubhead(text: string): boolean {
  const length = lengthWithoutSpaces(text);
  if (!canBeHeadline(text) || NOT_AT_END.test(text)) return false;
  if (isNumbered(text)) return length <= 32;
  return length <= LONGEST_SUBHEAD && isEven(text);
}

/** 抓项目，强产业，增动能: the parts of a heading are of one length; those of a clause that a column cut are not. */
function isEven(text: string): boolean {
  const parts = text.split(/[，、,]/u).map(lengthWithoutSpaces);
  return parts.every((length) => length === parts[0]);
}

function balanced(text: string): boolean {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return (
    count(/[（(]/gu) === count(/[）)]/gu) &&
    count(/《/gu) === count(/》/gu) &&
    count(/“/gu) === count(/”/gu) &&
    count(/"/gu) % 2 === 0
  );
}

/** A whole line that names who wrote, with a role word or a byline's mark. */
export function bylineLine(text: string): BylineReading | null {
  if (text.length > 120) return null;
  const reading = readByline(text);
  if (reading === null) return null;
  const sure = reading.hasRole || new RegExp(`^(?:${BYLINE_MARK}|[（(])`, 'u').test(text);
  return sure ? reading : null;
}

export function isPhotoCredit(reading: BylineReading): boolean {
  return !isWritersByline(reading);
}
