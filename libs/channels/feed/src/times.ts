import { toShanghaiTime } from '@newsrelay/contracts/text';

/* Every time in a document is Asia/Shanghai, a fixed +08:00. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SHANGHAI_OFFSET_MS = 8 * 3600_000;

const two = (value: number) => String(value).padStart(2, '0');

/** RFC 822 with a year of four digits, as RSS 2.0 asks for: `Fri, 03 Jan 2025 00:00:00 +0800`. Fractions are dropped. */
export function rfc822(at: Date): string {
  const local = new Date(at.getTime() + SHANGHAI_OFFSET_MS);
  const day = `${DAYS[local.getUTCDay()]}, ${two(local.getUTCDate())} ${MONTHS[local.getUTCMonth()]}`;
  const clock = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':');
  return `${day} ${String(local.getUTCFullYear()).padStart(4, '0')} ${clock} +0800`;
}

/** RFC 3339 in whole seconds: `2025-01-03T00:00:00+08:00`. */
export function rfc3339(at: Date): string {
  return toShanghaiTime(new Date(Math.floor(at.getTime() / 1000) * 1000));
}

/** For people, to the minute: `2025年1月3日 8:05` where Chinese is read, else `2025-01-03 08:05 (UTC+8)`. */
export function timeForPeople(at: Date, language: string): string {
  const local = new Date(at.getTime() + SHANGHAI_OFFSET_MS);
  if (!/^zh\b/i.test(language)) return `${toShanghaiTime(at).slice(0, 16).replace('T', ' ')} (UTC+8)`;
  const day = `${local.getUTCFullYear()}年${local.getUTCMonth() + 1}月${local.getUTCDate()}日`;
  return `${day} ${local.getUTCHours()}:${two(local.getUTCMinutes())}`;
}
