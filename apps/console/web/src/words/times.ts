import type { Say } from './language.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 分钟前", "2 分钟后"; anything within ten seconds is "刚刚". */
export function relativeTime(at: string, now: number, locale: string, say: Say): string {
  const ms = Date.parse(at) - now;
  const away = Math.abs(ms);
  if (away < 10_000) return say('time.now');
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
  const sign = Math.sign(ms);
  if (away < MINUTE) return format.format(sign * Math.round(away / 1000), 'second');
  if (away < HOUR) return format.format(sign * Math.round(away / MINUTE), 'minute');
  if (away < DAY) return format.format(sign * Math.round(away / HOUR), 'hour');
  return format.format(sign * Math.round(away / DAY), 'day');
}

/** In Shanghai's time, where the newsroom is, whatever the browser's zone; the year only if it is another. */
export function clockTime(at: string, now: number, locale: string): string {
  const date = new Date(at);
  const zone = { timeZone: 'Asia/Shanghai' } as const;
  const year = (day: Date) => new Intl.DateTimeFormat('en', { ...zone, year: 'numeric' }).format(day);
  return new Intl.DateTimeFormat(locale, {
    ...zone,
    ...(year(date) === year(new Date(now)) ? {} : { year: 'numeric' }),
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(date);
}

/** A length of time in the one unit that says it best. */
export function duration(ms: number, say: Say): string {
  if (ms < 1000) return say('time.ms', { n: Math.round(ms) });
  if (ms < MINUTE) return say('time.s', { n: Math.round(ms / 100) / 10 });
  if (ms < HOUR) return say('time.min', { n: Math.round(ms / MINUTE) });
  return say('time.h', { n: Math.round(ms / HOUR) });
}
