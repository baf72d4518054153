/** Dates, weekdays and lunar dates as newspapers print them. */

const CHINESE_DIGITS: Readonly<Record<string, number>> = {
  〇: 0,
  '○': 0,
  零: 0,
  一: 1,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};
const STEMS = '甲乙丙丁戊己庚辛壬癸';
const BRANCHES = '子丑寅卯辰巳午未申酉戌亥';

const DATE_PATTERNS: readonly RegExp[] = [
  /(?<![\d０-９])([12０-９][\d０-９]{3})\s?年\s?([\d０-９]{1,2})\s?月\s?([\d０-９]{1,2})\s?日/u,
  /([一二][〇○零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日/u,
  /(?<![\d.-])([12]\d{3})([-/.])(\d{1,2})\2(\d{1,2})(?![\d.-])/u,
];

export interface Found<T> {
  value: T;
  at: number;
  length: number;
}

/** The first date that the calendar knows, as `YYYY-MM-DD`. */
export function findDate(text: string): Found<string> | null {
  for (const pattern of DATE_PATTERNS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const parts = match
      .slice(1)
      .filter((part) => !/^[-/.]$/.test(part))
      .map(numberOf);
    const [year, month, day] = parts;
    if (year === undefined || month === undefined || day === undefined) continue;
    const date = new Date(Date.UTC(year, month - 1, day));
    if (year < 1900 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) continue;
    return { value: date.toISOString().slice(0, 10), at: match.index, length: match[0].length };
  }
  return null;
}

const WEEKDAY =
  /(?:星期|礼拜)\s?[一二三四五六日天]|(?<![\p{Script=Han}])周[一二三四五六日](?![\p{Script=Han}])/u;

export function findWeekday(text: string): Found<string> | null {
  const match = WEEKDAY.exec(text);
  return match === null
    ? null
    : { value: match[0].replace(/\s/g, ''), at: match.index, length: match[0].length };
}

/** 0 for Sunday; null for what is no weekday. */
export function weekdayNumber(weekday: string): number | null {
  const last = weekday.at(-1) ?? '';
  if (last === '日' || last === '天') return 0;
  const index = '一二三四五六'.indexOf(last);
  return index === -1 ? null : index + 1;
}

const LUNAR = new RegExp(
  `(?:(?:农历|夏历|阴历|旧历)\\s?(?:[${STEMS}][${BRANCHES}]\\s?年?\\s?)?|[${STEMS}][${BRANCHES}]\\s?年\\s?)(?:[鼠牛虎兔龙蛇马羊猴鸡狗猪]年\\s?)?闰?(?:正|[一二三四五六七八九十]|十[一二]|冬|腊)\\s?月\\s?(?:小|大)?\\s?(?:初[一二三四五六七八九十]|[一二]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十)`,
  'u',
);

export function findLunarDate(text: string): Found<string> | null {
  const match = LUNAR.exec(text);
  return match === null
    ? null
    : { value: match[0].replace(/\s/g, ''), at: match.index, length: match[0].length };
}

function numberOf(digits: string): number {
  const plain = digits.normalize('NFKC');
  if (/^\d+$/.test(plain)) return Number(plain);
  if (!digits.includes('十'))
    return Number(
      Array.from(digits)
        .map((digit) => CHINESE_DIGITS[digit] ?? Number.NaN)
        .join(''),
    );
  const [tens, ones] = digits.split('十');
  const ten = tens === '' || tens === undefined ? 1 : (CHINESE_DIGITS[tens] ?? Number.NaN);
  const one = ones === '' || ones === undefined ? 0 : (CHINESE_DIGITS[ones] ?? Number.NaN);
  return ten * 10 + one;
}
