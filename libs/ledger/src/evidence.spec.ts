import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyEvidence } from '@newsrelay/contracts/evidence-chain';
import { readEvidence } from './evidence.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom } from './newsroom.fixture.js';
import type { Settlement } from './settlements.js';
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

  const send = async (id: string, came: Partial<Settlement> = {}) =>
    newsroom.settle(id, await newsroom.claim(id, '{"a":1}'), { response: '收到', ...came });

  it('tells the order, each attempt with its answer, and what a person did, and nothing of publishing', async () => {
    const published = await newsroom.release({ headline: '不进证据的标题' });
    for (const id of await newsroom.deliver(published, CHANNELS)) await send(id);
    expect(await readEvidence(test.ledger, published.articleId)).toMatchObject({ count: 0 });
    const ordered = await newsroom.withdraw(published.articleId);
    const [first = '', ...others] = await newsroom.deliverWithdrawal(ordered, CHANNELS);
    await send(first, { outcome: 'transient', status: 503, state: 'retrying', nextAttemptInMs: 0 });
    expect(await send(first)).toBe('delivered');
    // At once: the chain has one order all the same.
    await Promise.all(
      others.map((id) => send(id, { outcome: 'unknown', status: null, state: 'unknown', response: null })),
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
    for (const id of await newsroom.deliver(published, ['evidence-1'])) await send(id);
    const ordered = await newsroom.withdraw(published.articleId);
    const [id = ''] = await newsroom.deliverWithdrawal(ordered, ['evidence-1']);
    expect(await send(id, { epoch: 99 })).toBeNull();
    expect(await readEvidence(test.ledger, published.articleId)).toMatchObject({ count: 1 });
  });
});
