import { describe, expect, it } from '@jest/globals';
import { rfc3339, rfc822, timeForPeople } from './times.js';

describe('times of a feed', () => {
  const newYear = new Date('2024-12-31T16:05:59.999Z');

  it('are Asia/Shanghai with the weekday of that zone', () => {
    expect(rfc822(newYear)).toBe('Wed, 01 Jan 2025 00:05:59 +0800');
    expect(rfc3339(newYear)).toBe('2025-01-01T00:05:59+08:00');
    for (let day = 0; day < 400; day += 1) {
      const at = new Date(newYear.getTime() + day * 86_400_000);
      expect(Date.parse(rfc822(at))).toBe(Math.floor(at.getTime() / 1000) * 1000);
      const weekday = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: 'Asia/Shanghai' });
      expect(rfc822(at).slice(0, 3)).toBe(weekday.format(at));
    }
  });

  it('are written for people in the language of the text', () => {
    expect(timeForPeople(newYear, 'zh-CN')).toBe('2025年1月1日 0:05');
    expect(timeForPeople(newYear, 'en')).toBe('2025-01-01 00:05 (UTC+8)');
  });
});
