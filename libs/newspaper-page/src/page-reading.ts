/** What a reading of one newspaper page is made of. */

/** What the paper prints about itself; null for what is not printed on the page. */
export interface Masthead {
  publication: string | null;
  /** `YYYY-MM-DD`. */
  date: string | null;
  /** As printed: 星期五 or 周五. */
  weekday: string | null;
  /** As printed: 农历甲辰年十二月初四. */
  lunarDate: string | null;
  /** 总第857期. */
  issueTotal: number | null;
  /** 2025年第1期. */
  issueOfYear: number | null;
  /** 主管. */
  supervisor: string | null;
  /** 主办. */
  sponsor: string | null;
  hotline: string | null;
  slogan: string | null;
  /** 责任编辑 of the whole page. */
  editor: string | null;
  /** 第1版 as `1`, A02版 as `A02`. */
  pageNumber: string | null;
  /** 要闻, 综合 … */
  pageName: string | null;
}

export interface Byline {
  /** 记者, 通讯员, 摄 …; null where none is printed. */
  role: string | null;
  name: string;
}

/** Why an article waits for an editor. The message is for the editor, in Chinese. */
export interface Hold {
  code: HoldCode;
  message: string;
}

export type HoldCode =
  | 'repairs-to-decide'
  | 'no-headline'
  | 'headline-doubtful'
  | 'no-dateline'
  | 'no-body'
  | 'byline-doubtful'
  | 'boundary-doubtful'
  | 'body-unfinished'
  | 'continued-elsewhere'
  | 'continuation';

export type RepairClass = 'auto' | 'propose' | 'flag';

/** A field of an article that text stands in: `headline`, `body/3`, `bylines` … */
export type FieldName =
  'kicker' | 'headline' | 'subtitle' | 'dateline' | 'bylines' | 'editor' | `body/${number}`;

/** Where a proposal changes the text: UTF-16 offset and length in the field as delivered. */
export interface RepairPlace {
  field: FieldName;
  offset: number;
  length: number;
  replacement: string;
}

/** What was mended, is proposed, or looks odd. `before` and `after` are short excerpts for people. */
export interface Repair {
  /** Unique in the article and the same in every reading of the same text: `r1`, `r2` … in order of place. */
  id: string;
  class: RepairClass;
  kind: string;
  field: FieldName;
  before: string;
  after: string;
  /** How many equal mechanical mends this entry stands for. */
  count: number;
  /** Set for every proposal, null otherwise. */
  place: RepairPlace | null;
}

/** The part of an article that repairs change. */
export interface ArticleText {
  kicker: string | null;
  /** Empty where none is printed; the article is held then. */
  headline: string;
  subtitle: string | null;
  body: string[];
}

export interface PageArticle extends ArticleText {
  dateline: string | null;
  bylines: Byline[];
  /** 责任编辑 printed under the article, else the one of the page. */
  editor: string | null;
  holds: Hold[];
  repairs: Repair[];
  /** The article's own lines as they stood in the page, without blank ones, joined by a newline. */
  raw: string;
}

export type LeftOverReason =
  'masthead' | 'page-credits' | 'guide' | 'notice' | 'advert' | 'caption' | 'furniture' | 'stray';

/** A line of the page that belongs to no article. */
export interface LeftOver {
  text: string;
  reason: LeftOverReason;
}

/** A mend of the masthead or something odd in it. */
export type MastheadRepair = Omit<Repair, 'field' | 'place'> & { field: keyof Masthead };

export interface PageReading {
  masthead: Masthead;
  mastheadRepairs: MastheadRepair[];
  articles: PageArticle[];
  leftOver: LeftOver[];
}
