import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createChannel } from '@newsrelay/ledger/channels';
import { readClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import { requestRetry } from '@newsrelay/ledger/deliveries';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom, type Published } from '@newsrelay/ledger/newsroom.fixture';
import type { Settlement } from '@newsrelay/ledger/settlements';
import { undistributedVersions } from '@newsrelay/ledger/undistributed';
import { Router } from './router.js';

describe('where a correction goes', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let router: Router;
  /** Gets the section of the same name. */
  let channel: string;
  let inside: { sections: string[] };
  const outside = { sections: ['别处'] };

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
    router = new Router();
  }, 90_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    channel = `channel-${randomUUID()}`;
    inside = { sections: [channel] };
    const filter = { ...inside, sources: [], keywords: [] };
    const fields = { type: 'webhook', name: channel, enabled: true, settings: {}, secrets: {} };
    await createChannel(test.ledger, { id: channel, filter, ...fields }, '');
  });

  const route = async (version: Published) => {
    const routes = await test.ledger.transaction().execute((tx) => router.route(tx, version));
    if (routes === undefined) throw new Error('not released');
    const { publish, withdraw } = routes;
    return {
      publish: publish.filter(({ id }) => id === channel).length,
      withdraw: withdraw.filter(({ id }) => id === channel).length,
    };
  };
  const PUBLISHED = { publish: 1, withdraw: 0 };
  const TAKEN_DOWN = { publish: 0, withdraw: 1 };
  const NOTHING = { publish: 0, withdraw: 0 };

  const only = (ids: string[]): string => {
    if (ids.length !== 1 || ids[0] === undefined)
      throw new Error(`${ids.length} deliveries are due, not one`);
    return ids[0];
  };
  const send = async (id: string, came: Partial<Settlement> = {}) =>
    newsroom.settle(id, await newsroom.claim(id), came);
  const published = async (content: object, articleId?: string) => {
    const version = await newsroom.release(content, articleId);
    expect(await route(version)).toEqual(PUBLISHED);
    return { ...version, id: only(await newsroom.deliver(version, [channel])) };
  };
  const takeDown = async (articleId: string) => {
    const version = await newsroom.release(outside, articleId);
    expect(await route(version)).toEqual(TAKEN_DOWN);
    return { ...version, id: only(await newsroom.deliverWithdrawal(version, [channel])) };
  };
  const lacks = async (articleId: string) =>
    (await undistributedVersions(test.ledger, 0, 1_000)).some((each) => each.articleId === articleId);

  it('out of the filter takes the article down, back into it publishes it, out of it once more takes it down again', async () => {
    const first = await published(inside);
    await send(first.id);
    const out = await newsroom.release(outside, first.articleId);
    expect(await route(out)).toEqual(TAKEN_DOWN);
    expect(await lacks(first.articleId)).toBe(true);
    const withdrawal = only(await newsroom.deliverWithdrawal(out, [channel]));
    expect(await lacks(first.articleId)).toBe(false);
    // A second run finds what was recorded.
    expect(await route(out)).toEqual(TAKEN_DOWN);
    expect(await readClaimCandidate(test.ledger, withdrawal)).toMatchObject({
      action: 'withdraw',
      version: 2,
      previousVersion: 1,
      sequence: 4,
      withdrawn: false,
      eventAt: (await newsroom.released({ articleId: out.articleId, version: 2 })).releasedAt,
    });
    await send(withdrawal);
    const further = await newsroom.release(outside, first.articleId);
    expect(await route(further)).toEqual(NOTHING);
    const back = await published(inside, first.articleId);
    expect(await readClaimCandidate(test.ledger, back.id)).toMatchObject({ version: 4, previousVersion: 1 });
    await send(back.id);
    const again = await takeDown(first.articleId);
    await send(again.id);
    expect(await newsroom.states(first.articleId, channel)).toEqual(Array(4).fill('delivered'));
  });

  it('out of the filter ends what has not begun, and takes nothing down', async () => {
    const first = await published(inside);
    const out = await newsroom.release(outside, first.articleId);
    expect(await route(out)).toEqual(NOTHING);
    expect(await newsroom.states(first.articleId, channel)).toEqual(['superseded']);
    expect(await newsroom.claim(first.id)).toBeNull();
    expect(await lacks(first.articleId)).toBe(false);
    await send((await published(inside, first.articleId)).id);
  });

  it('out of the filter keeps back what was routed before it and becomes a delivery after it', async () => {
    const first = await newsroom.release(inside);
    expect(await route(first)).toEqual(PUBLISHED);
    expect(await route(await newsroom.release(outside, first.articleId))).toEqual(NOTHING);
    expect(await newsroom.deliver(first, [channel])).toEqual([]);
    expect(await newsroom.states(first.articleId, channel)).toEqual(['superseded']);
  });

  it('lets what was being sent wait for no further attempt, though its withdrawal is still to be made', async () => {
    const first = await published(inside);
    const claimed = await newsroom.claim(first.id);
    const out = await newsroom.release(outside, first.articleId);
    expect(await route(out)).toEqual(TAKEN_DOWN);
    const failed = { outcome: 'transient', state: 'retrying', nextAttemptInMs: 0, status: 500 } as const;
    expect(await newsroom.settle(first.id, claimed, failed)).toBe('superseded');
    expect(await newsroom.claim(first.id)).toBeNull();
    await send(only(await newsroom.deliverWithdrawal(out, [channel])));
  });

  it('takes down what was being sent when it was routed, and lets it begin no further attempt', async () => {
    const first = await published(inside);
    const claimed = await newsroom.claim(first.id);
    const out = await newsroom.release(outside, first.articleId);
    expect(await route(out)).toEqual(TAKEN_DOWN);
    const withdrawal = only(await newsroom.deliverWithdrawal(out, [channel]));
    const failed = { outcome: 'transient', state: 'retrying', nextAttemptInMs: 0, status: 500 } as const;
    expect(await newsroom.settle(first.id, claimed, failed)).toBe('superseded');
    await send(withdrawal);
  });

  it('refuses to send once more what left the filter', async () => {
    const first = await published(inside);
    await send(first.id);
    const out = await newsroom.release(outside, first.articleId);
    await route(out);
    const refused = async () => requestRetry(test.ledger, first.id, ['delivered']);
    expect(await refused()).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('filter') });
    await send(only(await newsroom.deliverWithdrawal(out, [channel])));
    expect(await refused()).toMatchObject({ verdict: 'refused' });
  });

  it('a disabled channel loses what left its filter, and gets nothing that comes back', async () => {
    const first = await published(inside);
    await send(first.id);
    await test.ledger.updateTable('channels').set({ enabled: false }).where('id', '=', channel).execute();
    await send((await takeDown(first.articleId)).id);
    expect(await route(await newsroom.release(inside, first.articleId))).toEqual(NOTHING);
  });

  it('leaves to a newer version that was routed first what becomes of the channel', async () => {
    const first = await published(inside);
    await send(first.id);
    const [second, third] = [
      await newsroom.release(outside, first.articleId),
      await newsroom.release(inside, first.articleId),
    ];
    expect(await route(third)).toEqual(PUBLISHED);
    expect(await route(second)).toEqual(NOTHING);
    const [fourth, fifth] = [
      await newsroom.release(inside, first.articleId),
      await newsroom.release(outside, first.articleId),
    ];
    expect(await route(fifth)).toEqual(TAKEN_DOWN);
    expect(await route(fourth)).toEqual(NOTHING);
  });

  it('what the article’s withdrawal took down and comes again elsewhere needs no second one here', async () => {
    const first = await published(inside);
    await send(first.id);
    const ordered = await newsroom.withdraw(first.articleId);
    await send(only(await newsroom.deliverWithdrawal(ordered, [channel])));
    expect(await route(await newsroom.release(outside, first.articleId))).toEqual(NOTHING);
  });

  it('the article’s withdrawal asks anew where the filter’s was given up, and not where it arrived', async () => {
    const [given, arrived] = [await published(inside), await published(inside)];
    await send(given.id);
    await send(arrived.id);
    const [dead, done] = [await takeDown(given.articleId), await takeDown(arrived.articleId)];
    await send(dead.id, { outcome: 'permanent', state: 'dead', status: 400, reason: 'refused' });
    await send(done.id);
    for (const [{ articleId }, due] of [
      [given, [dead.id]],
      [arrived, []],
    ] as const) {
      const ordered = await newsroom.withdraw(articleId);
      expect(await newsroom.deliverWithdrawal(ordered, [channel])).toEqual(due);
    }
    expect(await send(dead.id)).toBe('delivered');
  });
});
