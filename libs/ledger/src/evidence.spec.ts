import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyEvidence } from '@newsrelay/contracts/evidence-chain';
import { claimDelivery, readClaimCandidate, settleDelivery, type Settlement } from './deliveries.js';
import { readEvidence } from './evidence.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom } from './newsroom.fixture.js';
import { endTask } from './tasks.js';

const CHANNELS = ['evidence-1', 'evidence-2', 'evidence-3'];

describe('evidence of withdrawals', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
    for (const id of CHANNELS) await newsroom.addChannel(id, {});
  }, 90_000);
  afterAll(() => test.close());

  const send = async (id: string, withdrawal: boolean, came: Partial<Settlement> = {}) => {
    const candidate = await readClaimCandidate(test.ledger, id);
    const claimed =
      candidate === undefined ? null : await claimDelivery(test.ledger, candidate, '{"a":1}', 20_000);
    return settleDelivery(test.ledger, {
      deliveryId: id,
      epoch: claimed?.epoch ?? -1,
      outcome: 'delivered',
      status: 200,
      error: null,
      response: '收到',
      durationMs: 1,
      state: 'delivered',
      reason: null,
      nextAttemptInMs: null,
      remoteId: null,
      remoteUrl: null,
      pauseReason: null,
      served: false,
      withdrawal,
      ...came,
    });
  };

  it('tells the order, each attempt with its answer, and what a person did, and nothing of publishing', async () => {
    const published = await newsroom.release({ headline: '不进证据的标题' });
    for (const id of await newsroom.deliver(published, CHANNELS)) await send(id, false);
    expect(await readEvidence(test.ledger, published.articleId)).toMatchObject({ count: 0 });
    const ordered = await newsroom.withdraw(published.articleId);
    const [first = '', ...others] = await newsroom.deliverWithdrawal(ordered, CHANNELS);
    await send(first, true, { outcome: 'transient', status: 503, state: 'retrying', nextAttemptInMs: 0 });
    expect(await send(first, true)).toBe('delivered');
    // At once: the chain has one order all the same.
    await Promise.all(
      others.map((id) =>
        send(id, true, { outcome: 'unknown', status: null, state: 'unknown', response: null }),
      ),
    );
    const done = { result: 'taken-down', note: '电话确认' } as const;
    const actor = { keyId: 'k', keyName: 'ann', role: 'operator', address: null } as const;
    for (const id of others) expect((await endTask(test.ledger, id, done, actor)).verdict).toBe('changed');
    const file = await readEvidence(test.ledger, published.articleId);
    expect(file.entries.map(({ kind }) => kind)).toEqual([
      'ordered',
      ...Array<string>(4).fill('attempt'),
      ...Array<string>(2).fill('done-by-a-person'),
    ]);
    expect(file.entries[0]?.facts).toMatchObject({ reason: 'test', through: 1 });
    expect(file.entries[1]?.facts).toMatchObject({
      delivery: first,
      attempt: 1,
      status: 503,
      state: 'retrying',
    });
    expect(file.entries[2]?.facts).toMatchObject({
      attempt: 2,
      status: 200,
      answer: '收到',
      sentSha256: '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
      state: 'delivered',
    });
    expect(file.entries.at(-1)?.facts).toMatchObject({ person: 'ann', ...done });
    expect(JSON.stringify(file)).not.toContain('不进证据的标题');
    expect(verifyEvidence(JSON.parse(JSON.stringify(file)))).toMatchObject({ holds: true, count: 7 });
  });

  it('of an attempt whose result came too late nothing is kept', async () => {
    const published = await newsroom.release();
    for (const id of await newsroom.deliver(published, ['evidence-1'])) await send(id, false);
    const ordered = await newsroom.withdraw(published.articleId);
    const [id = ''] = await newsroom.deliverWithdrawal(ordered, ['evidence-1']);
    expect(await send(id, true, { epoch: 99 })).toBeNull();
    expect(await readEvidence(test.ledger, published.articleId)).toMatchObject({ count: 1 });
  });
});
