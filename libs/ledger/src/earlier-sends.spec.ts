import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { findChannel } from './channels.js';
import { readClaimCandidate } from './claim-candidates.js';
import { readEarlierSends } from './earlier-sends.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom, type Published } from './newsroom.fixture.js';
import { recordPlatformFacts, takeChannelsToProbe } from './platform-facts.js';
import type { Settlement } from './settlements.js';

const TYPE = 'earlier-test';

describe('what an outlet may have of an article', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let channel: string;
  let channels = 0;
  let article: Published;

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: TYPE, render: () => ({}) });
  }, 90_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    channel = `channel-${++channels}`;
    await newsroom.addChannel(channel, {});
    article = await newsroom.release();
  });

  async function claimed(id: string) {
    const candidate = await readClaimCandidate(test.ledger, id);
    if (candidate === undefined) throw new Error('no such delivery');
    const claim = await newsroom.claim(id, `body of ${id}`, 60_000);
    if (claim === null) throw new Error('not claimed');
    return { candidate, claim };
  }
  /** One attempt, and what the outlet may have as seen from within it. */
  async function attempt(id: string, came: Partial<Settlement>) {
    const { candidate, claim } = await claimed(id);
    const earlier = await readEarlierSends(test.ledger, candidate, claim);
    await newsroom.settle(id, claim, came);
    return earlier;
  }
  const publish = async (version = article) => (await newsroom.deliver(version, [channel]))[0] ?? '';
  const correct = async () => publish(await newsroom.release({}, article.articleId));
  const withdraw = async () =>
    (await newsroom.deliverWithdrawal(await newsroom.withdraw(article.articleId), [channel]))[0] ?? '';
  const again = { state: 'retrying', nextAttemptInMs: 0 } as const;
  const idsOf = ({ uncertain }: { uncertain: { id: string }[] }) => uncertain.map(({ id }) => id);

  it.each([
    ['no answer', { outcome: 'unknown', status: null }, true],
    ['a failure with the request in its hands', { outcome: 'transient', status: 500 }, true],
    ['a gateway that gave up waiting', { outcome: 'transient', status: 504 }, true],
    ['a server that is not there', { outcome: 'transient', status: 503 }, false],
    ['no connection', { outcome: 'transient', status: null }, false],
    ['a refusal for now', { outcome: 'rate-limited', status: 429 }, false],
    ['our own stop before the first byte', { outcome: 'aborted', status: null }, false],
  ] as const)('after %s', async (_what, came, arrived) => {
    const id = await publish();
    expect(await attempt(id, { ...came, ...again })).toEqual({ remoteIds: [], uncertain: [] });
    const earlier = await attempt(id, { remoteId: '1' });
    expect(idsOf(earlier)).toEqual(arrived ? [id] : []);
    if (arrived) {
      expect(earlier.uncertain[0]).toMatchObject({ version: 1, body: `body of ${id}` });
      expect(earlier.uncertain[0]?.quietMs).toBeGreaterThanOrEqual(0);
      expect(earlier.uncertain[0]?.quietMs).toBeLessThan(60_000);
    }
  });

  it('a correction knows the id, and what of an older version is uncertain', async () => {
    const first = await publish();
    await attempt(first, { remoteId: '1' });
    const second = await correct();
    expect(await attempt(second, { outcome: 'unknown', status: null, ...again })).toEqual({
      remoteIds: ['1'],
      uncertain: [],
    });
    const third = await correct();
    const earlier = await attempt(third, { remoteId: '2' });
    expect(earlier.remoteIds).toEqual(['1']);
    expect(idsOf(earlier)).toEqual([second]);
    expect((await attempt(await correct(), {})).remoteIds).toEqual(['2', '1']);
  });

  it('a withdrawal knows all of it; what was withdrawn is no longer there', async () => {
    await attempt(await publish(), { remoteId: '1' });
    const lost = await correct();
    await attempt(lost, { outcome: 'unknown', status: null, ...again });
    const withdrawal = await withdraw();
    const before = await attempt(withdrawal, { outcome: 'transient', status: 502, ...again });
    expect(before.remoteIds).toEqual(['1']);
    expect(idsOf(before)).toEqual([lost]);
    expect(idsOf(await attempt(withdrawal, {}))).toEqual([lost]);
    expect(await attempt(await correct(), { remoteId: '3' })).toEqual({ remoteIds: [], uncertain: [] });
    expect((await attempt(await withdraw(), {})).remoteIds).toEqual(['3']);
  });

  it('platforms are asked once in a while, by one process each time', async () => {
    const age = { unknownSeconds: 60, knownSeconds: 3600 };
    const take = async () =>
      (await takeChannelsToProbe(test.ledger, [TYPE], age, 1_000)).map(({ id }) => id).includes(channel);
    const askedAgo = (seconds: number) =>
      test.ledger
        .updateTable('channels')
        .set({ platform_asked_at: new Date(Date.now() - seconds * 1000) })
        .where('id', '=', channel)
        .execute();
    expect(await Promise.all([take(), take()]).then((taken) => taken.filter(Boolean))).toHaveLength(1);
    expect(await take()).toBe(false);
    await askedAgo(61);
    expect(await take()).toBe(true);

    await recordPlatformFacts(test.ledger, { id: channel, settings: { other: 1 } }, { limit: 1 });
    expect((await findChannel(test.ledger, channel))?.platform).toBeNull();
    await recordPlatformFacts(test.ledger, { id: channel, settings: {} }, { limit: 500 });
    await recordPlatformFacts(test.ledger, { id: channel, settings: {} }, null);
    expect((await findChannel(test.ledger, channel))?.platform).toEqual({ limit: 500 });
    await askedAgo(61);
    expect(await take()).toBe(false);
    await askedAgo(3601);
    expect(await take()).toBe(true);
    expect(await takeChannelsToProbe(test.ledger, [], age, 1_000)).toEqual([]);
  });
});
