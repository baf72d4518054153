import { describe, expect, it } from '@jest/globals';
import { PollCounts } from './poll-counts.js';

const holder = { id: 'id', name: '合作方', replaced: false };

describe('counts of polls', () => {
  it('add up by channel, token and reader, and are given once', () => {
    let now = 1_000;
    const counts = new PollCounts(() => now);
    const poll = { channelId: 'daily', holder, reader: 'a/1' };
    for (const status of [200, 304, 304, 503]) {
      now += 1;
      counts.add({ ...poll, status });
    }
    counts.add({ ...poll, holder: null, status: 401 });
    counts.add({ ...poll, channelId: 'other', holder: { ...holder, replaced: true }, status: 200 });
    const token = { id: 'id', name: '合作方' };
    const taken = counts.take();
    expect(taken).toEqual([
      {
        channelId: 'daily',
        token,
        reader: 'a/1',
        ok: 1,
        notModified: 2,
        other: 1,
        lastAt: 1_004,
        servedAt: 1_003,
        replacedAt: null,
      },
      {
        channelId: 'daily',
        token: null,
        reader: 'a/1',
        ok: 0,
        notModified: 0,
        other: 1,
        lastAt: 1_004,
        servedAt: null,
        replacedAt: null,
      },
      {
        channelId: 'other',
        token,
        reader: 'a/1',
        ok: 1,
        notModified: 0,
        other: 0,
        lastAt: 1_004,
        servedAt: 1_004,
        replacedAt: 1_004,
      },
    ]);
    expect(counts.take()).toEqual([]);
    counts.add({ ...poll, status: 304 });
    counts.giveBack(taken);
    expect(
      counts.take().find(({ channelId, token: of }) => channelId === 'daily' && of !== null),
    ).toMatchObject({
      ok: 1,
      notModified: 3,
      other: 1,
    });
  });

  it('tell a bounded number of readers apart, those with a token not in the place of others', () => {
    let now = 0;
    const counts = new PollCounts(() => now);
    const flood = () => {
      for (let made = 0; made < 1_000; made += 1)
        counts.add({ channelId: 'daily', holder: null, reader: `made-up/${made}`, status: 401 });
    };
    flood();
    counts.add({ channelId: 'daily', holder, reader: 'partner/1', status: 200 });
    const names = counts.take().map(({ reader }) => reader);
    expect(names).toHaveLength(22);
    expect(names).toContain('(other)');
    expect(names).toContain('partner/1');
    // The same ones for the rest of the day, and others after it.
    flood();
    expect(counts.take()).toHaveLength(21);
    now += 24 * 3600_000;
    counts.add({ channelId: 'daily', holder: null, reader: 'newsboat/2', status: 200 });
    expect(counts.take().map(({ reader }) => reader)).toEqual(['newsboat/2']);
  });
});
