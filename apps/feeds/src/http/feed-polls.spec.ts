import { describe, expect, it } from '@jest/globals';
import { FeedPolls } from './feed-polls.js';

function pollsOf(perMinute: number) {
  let now = 0;
  const polls = new FeedPolls(perMinute, () => now);
  const answered = (address: string, times: number, feed = 'daily.rss') =>
    Array.from({ length: times }, () => polls.take(address, feed)).filter((seconds) => seconds === 0).length;
  const wait = (ms: number) => {
    now += ms;
  };
  return { polls, answered, wait };
}

describe('polls without a condition', () => {
  it('are answered so many times a minute, by address and feed', () => {
    const { polls, answered, wait } = pollsOf(3);
    expect(answered('203.0.113.1', 5)).toBe(3);
    expect(answered('203.0.113.2', 5)).toBe(3);
    expect(answered('203.0.113.1', 5, 'daily.atom')).toBe(3);
    wait(20_500);
    expect(polls.take('203.0.113.1', 'daily.rss')).toBe(40);
    // A refusal costs nothing: who waits as told is answered.
    wait(40_000);
    expect(answered('203.0.113.1', 5)).toBe(3);
  });

  it('count an IPv6 network as one caller', () => {
    const { answered } = pollsOf(3);
    expect(answered('2001:db8:1:2::1', 2)).toBe(2);
    expect(answered('2001:db8:1:2:ffff::9', 2)).toBe(1);
    expect(answered('2001:db8:1:3::1', 2)).toBe(2);
  });

  it('are not counted from this machine, nor where there is no limit', () => {
    const { answered } = pollsOf(3);
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
      expect(answered(address, 50)).toBe(50);
    expect(pollsOf(0).answered('203.0.113.1', 500)).toBe(500);
  });

  it('take a bounded memory, whoever asks', () => {
    const { answered, polls } = pollsOf(1);
    for (let at = 0; at < 20_000; at += 1) polls.take(`198.51.${at >> 8}.${at & 255}`, 'daily.rss');
    expect(answered('198.51.0.0', 1)).toBe(0);
    polls.take('203.0.113.1', 'daily.rss');
    // The oldest was forgotten, and nobody else.
    expect(answered('198.51.0.1', 1)).toBe(0);
    expect(answered('198.51.0.0', 1)).toBe(1);
  });
});
