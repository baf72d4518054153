import { describe, expect, it } from '@jest/globals';
import { ALL_EVENT_KINDS, operatorEvent } from '@newsrelay/contracts/operator-events';
import { digestOf, textOfEvent } from './alarm-text.js';
import { alarmOf, EVERY_EVENT, floodOf, HOSTILE, PAUSED, RESUMED, STUCK } from './alarms.fixture.js';
import { defused } from './robot-markdown.js';

const plain = ({ label, time, text }: { label: string; time: string; text: string }) =>
  `${label}|${time}|${text}`;
const always = () => true;

describe('what alarms say', () => {
  it('is there for every kind, in both languages, and different', () => {
    expect(new Set(EVERY_EVENT.map(({ kind }) => kind))).toEqual(new Set(ALL_EVENT_KINDS));
    for (const event of EVERY_EVENT) {
      operatorEvent.parse(event);
      const [zh, en] = [textOfEvent(event, 'zh'), textOfEvent(event, 'en')];
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en.replaceAll('合作日报', '')).not.toMatch(/\p{Script=Han}|undefined|NaN/u);
      expect(zh).not.toMatch(/undefined|NaN/);
    }
  });

  it('is one line, whatever others wrote', () => {
    const text = textOfEvent(HOSTILE, 'zh');
    expect(text).not.toMatch(/[\n\r\0]/);
    expect(text.isWellFormed()).toBe(true);
  });

  it('names how serious it is and when, in Asia/Shanghai', () => {
    const { title, lines } = digestOf({ id: 'm', language: 'zh', alarms: [alarmOf(PAUSED)] }, plain, always);
    expect(title).toBe('Newsrelay 告警');
    expect(lines).toEqual([
      '严重|2025-01-03 09:00:00|渠道“合作日报”（partner-daily）因对方应答而暂停：the outlet says this address is gone for good (410)',
    ]);
    const english = digestOf({ id: 'm', language: 'en', alarms: [alarmOf(STUCK)] }, plain, always);
    expect(english.lines).toEqual([
      'Critical|2025-01-03 09:00:00|The queue "publish" stands still: a delivery has been due for 25 min',
    ]);
  });

  it('says that a condition is over, and when', () => {
    const endedAt = new Date('2025-01-03T02:00:00Z');
    const over = alarmOf(STUCK, { phase: 'ended', endedAt });
    const { lines } = digestOf({ id: 'm', language: 'zh', alarms: [over] }, plain, always);
    expect(lines).toEqual(['已恢复|2025-01-03 10:00:00|发布队列停滞：最早到期的投递已等待 25 分钟']);
  });

  it('begins with the most serious, and says how many had no room', () => {
    const alarms = [alarmOf(RESUMED), ...floodOf(10), alarmOf(STUCK)];
    const { title, lines } = digestOf(
      { id: 'm', language: 'zh', alarms },
      plain,
      (made) => made.lines.length <= 4,
    );
    expect(title).toBe('Newsrelay 告警（12 条）');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain('队列停滞');
    expect(lines[3]).toBe('另有 9 条未列出，请查看控制台。');
    const none = digestOf({ id: 'm', language: 'en', alarms }, plain, (made) => made.lines.length <= 1);
    expect(none.lines).toEqual(['12 more are not listed here: see the console.']);
  });

  it('is a test where there are no alarms', () => {
    expect(digestOf({ id: 'm', language: 'zh', alarms: [] }, plain, always)).toEqual({
      title: 'Newsrelay 告警测试',
      lines: ['这是一条测试消息：此告警接收端可以收到告警。'],
    });
  });

  it('is no markup of a robot', () => {
    expect(defused('<@all> [a](b) **x** `y` # @138 _z_ ~ | \\')).toBe(
      '＜＠all＞ ［a］(b) ＊＊x＊＊ ｀y｀ ＃ ＠138 ＿z＿ ～ ｜ ＼',
    );
  });
});
