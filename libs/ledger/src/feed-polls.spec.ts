import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { EVENT_KINDS } from '@newsrelay/contracts/operator-events';
import { deleteChannel } from './channels.js';
import { addPolls, overPolledFeeds, readFeedUsage, silentFeeds, type CountedPolls } from './feed-polls.js';
import { createFeedToken, deleteFeedToken, listFeedTokens } from './feed-tokens.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom } from './newsroom.fixture.js';
import { openConditions, recordOperatorEvent } from './operator-events.js';
import { PRUNING_KINDS, pruneStep } from './retention.js';

const FEED_POLLS = PRUNING_KINDS.answers[2];

describe('polls of feeds', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let number = 0;
  let channel: string;
  let token: { id: string; name: string };

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'feed', render: () => ({}) });
  }, 90_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    await sql`truncate feed_polls, feed_tokens, operator_events cascade`.execute(test.ledger);
    channel = `feed-${++number}`;
    await newsroom.addChannel(channel, { title: 'T', access: 'token' });
    token = await addToken('合作日报');
  });

  async function addToken(name: string) {
    const id = randomUUID();
    const createdBy = { id: 'k', name: 'k' };
    const input = { id, channelId: channel, name, token: `nrf_${id}`, expiresAt: null, createdBy };
    await test.ledger.transaction().execute((tx) => createFeedToken(tx, input));
    return { id, name };
  }
  const polls = (more: Partial<CountedPolls> = {}): CountedPolls => ({
    channelId: channel,
    token,
    reader: 'reader/1',
    ok: 0,
    notModified: 0,
    other: 0,
    lastAt: Date.now(),
    servedAt: Date.now(),
    replacedAt: null,
    ...more,
  });
  const ofNobody = (more: Partial<CountedPolls> = {}) => polls({ token: null, ...more });
  /** Everything that is known of tokens and polls becomes so many hours older. */
  const age = async (hours: number) => {
    const by = sql`${hours}::int * interval '1 hour'`;
    await sql`update feed_tokens set last_used_at = last_used_at - ${by}, created_at = created_at - ${by}, hour = hour - ${by}`.execute(
      test.ledger,
    );
    await sql`update feed_polls set day = ((last_at - ${by}) at time zone 'Asia/Shanghai')::date, last_at = last_at - ${by}, served_at = served_at - ${by}`.execute(
      test.ledger,
    );
    await sql`alter table channels disable trigger user`.execute(test.ledger);
    await sql`update channels set created_at = created_at - ${by}, settings_changed_at = settings_changed_at - ${by}`.execute(
      test.ledger,
    );
    await sql`alter table channels enable trigger user`.execute(test.ledger);
  };

  it('add up, from many processes at once, and pass over what is not there', async () => {
    const second = await addToken('北方网');
    const batch = () => [
      polls({ ok: 1, notModified: 2 }),
      polls({ token: second, ok: 1 }),
      ofNobody({ other: 3, servedAt: null }),
      polls({ channelId: 'not-there', ok: 1 }),
      polls({ token: { id: randomUUID(), name: 'revoked' }, ok: 1 }),
    ];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        addPolls(test.ledger, index % 2 ? batch() : batch().reverse()),
      ),
    );
    const usage = await readFeedUsage(test.ledger, channel, 1);
    expect(usage.perDay).toMatchObject([{ ok: 60, notModified: 40, other: 60 }]);
    expect(
      usage.readers.map(({ token: of, ok, notModified, other }) => [of, ok, notModified, other]).sort(),
    ).toEqual(
      [
        ['revoked', 20, 0, 0],
        ['北方网', 20, 0, 0],
        ['合作日报', 20, 40, 0],
        [null, 0, 0, 60],
      ].sort(),
    );
    expect(usage.silentForSeconds).toBeLessThan(60);
    const listed = await listFeedTokens(test.ledger, channel, 10, null);
    expect(listed.every(({ lastUsedAt }) => lastUsedAt !== null)).toBe(true);
  });

  it('are of the day that Shanghai has, and of no day to come', async () => {
    await addPolls(test.ledger, [
      polls({ ok: 1, lastAt: Date.parse('2026-01-02T15:59:00Z') }),
      polls({ ok: 1, lastAt: Date.parse('2026-01-02T16:01:00Z') }),
      polls({ ok: 1, lastAt: Date.now() + 10 * 24 * 3600_000 }),
    ]);
    const { rows } = await sql<{ day: string }>`select day from feed_polls order by day`.execute(test.ledger);
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date());
    expect(rows.map(({ day }) => day)).toEqual(['2026-01-02', '2026-01-03', today]);
    expect((await readFeedUsage(test.ledger, channel, 2)).perDay).toMatchObject([{ date: today, ok: 1 }]);
  });

  it('tell of partners that ask too often, until an hour without', async () => {
    await addPolls(test.ledger, [polls({ ok: 120, notModified: 3_000 })]);
    expect(await overPolledFeeds(test.ledger)).toEqual([]);
    await addPolls(test.ledger, [polls({ ok: 1 })]);
    const over = { token: '合作日报', polls: 3_121, full: 121 };
    expect(await overPolledFeeds(test.ledger)).toEqual([{ channelId: channel, ...over }]);
    expect((await readFeedUsage(test.ledger, channel, 1)).overPolling).toEqual([over]);
    await age(1);
    expect(await overPolledFeeds(test.ledger)).toMatchObject([over]);
    await addPolls(test.ledger, [polls({ ok: 1 })]);
    expect(await overPolledFeeds(test.ledger)).toMatchObject([over]);
    await age(1);
    expect(await overPolledFeeds(test.ledger)).toEqual([]);
    // Without a token nobody knows whether it is one reader or a thousand.
    await addPolls(test.ledger, [ofNobody({ ok: 10_000 })]);
    expect(await overPolledFeeds(test.ledger)).toEqual([]);
    await addPolls(test.ledger, [polls({ notModified: 3_601 })]);
    expect(await overPolledFeeds(test.ledger)).toMatchObject([{ polls: 3_601, full: 1 }]);
  });

  it('tell of each partner that was not heard for as long as the channel says', async () => {
    await addPolls(test.ledger, [polls({ notModified: 1 })]);
    await addToken('从未来过');
    await age(23);
    expect(await silentFeeds(test.ledger)).toEqual([]);
    await addPolls(test.ledger, [ofNobody({ other: 1, servedAt: null })]);
    await age(2);
    const silent = (await silentFeeds(test.ledger)).map(({ token: of, lastAt }) => [of, lastAt === null]);
    expect(silent.sort()).toEqual([
      ['从未来过', true],
      ['合作日报', false],
    ]);
    await addPolls(test.ledger, [polls({ notModified: 1 })]);
    expect((await silentFeeds(test.ledger)).map(({ token: of }) => of)).toEqual(['从未来过']);
    await sql`update feed_tokens set expires_at = clock_timestamp()`.execute(test.ledger);
    expect(await silentFeeds(test.ledger)).toEqual([]);
    await newsroom.addChannel(`watched-${number}`, { title: 'T', silentAfterHours: 2 });
    await newsroom.addChannel(`not-watched-${number}`, { title: 'T' });
    await age(3);
    expect(await silentFeeds(test.ledger)).toMatchObject([
      { channelId: `watched-${number}`, token: null, lastAt: null, silentSeconds: 3 * 3600 },
    ]);
    await addPolls(test.ledger, [ofNobody({ channelId: `watched-${number}`, ok: 1 })]);
    expect(await silentFeeds(test.ledger)).toEqual([]);
    await age(3);
    expect(await silentFeeds(test.ledger)).toMatchObject([{ lastAt: expect.any(Date) as unknown }]);
    await deleteChannel(test.ledger, `watched-${number}`);
    expect(await silentFeeds(test.ledger)).toEqual([]);
  });

  it('are no matter of alarm any more when the token goes, or the channel', async () => {
    const tell = (subject: string, name: string | null) =>
      recordOperatorEvent(test.ledger, {
        kind: EVENT_KINDS.feedSilent,
        subject,
        detail: { channel, token: name, silentSeconds: 1, lastAt: null },
      });
    const open = async () =>
      (await openConditions(test.ledger, [EVENT_KINDS.feedSilent])).map(({ subject }) => subject).sort();
    await addToken('北方网');
    await tell(`${channel}/${token.name}`, token.name);
    await tell(`${channel}/北方网`, '北方网');
    await tell(channel, null);
    await test.ledger.transaction().execute((tx) => deleteFeedToken(tx, channel, token.id));
    expect(await open()).toEqual([channel, `${channel}/北方网`]);
    await deleteChannel(test.ledger, channel);
    expect(await open()).toEqual([]);
  });

  it('are forgotten in the end, and what stays is of days that go on', async () => {
    await addPolls(test.ledger, [polls({ ok: 1 }), ofNobody({ ok: 1 })]);
    await age(24 * 91);
    await addPolls(test.ledger, [polls({ ok: 5, lastAt: Date.now() - 1_000 })]);
    let pruned = 0;
    for (;;) {
      const step = await pruneStep(test.ledger, FEED_POLLS, 90, 1);
      pruned += step.pruned;
      if (step.done) break;
    }
    expect(pruned).toBe(2);
    const { rows } = await sql<{ ok: number }>`select ok from feed_polls`.execute(test.ledger);
    expect(rows).toEqual([{ ok: 5 }]);
  });
});
