import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryState } from '@newsrelay/contracts/delivery';
import type { Actor } from './audit.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom } from './newsroom.fixture.js';
import { endTask, findTask, listTasks, releaseTask, takeTask, type TaskList } from './tasks.js';

describe('tasks of people', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  let channel: string;
  const actor = (name: string): Actor => ({ keyId: name, keyName: name, role: 'operator', address: null });
  const [ann, bob] = [actor('ann'), actor('bob')];

  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
  }, 90_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    channel = `channel-${randomUUID()}`;
    await newsroom.addChannel(channel, {});
  });

  const came = async (id: string | undefined, state: DeliveryState, epoch = 1) => {
    await test.ledger
      .updateTable('deliveries')
      .set({ state, epoch, begun_at: new Date(), updated_at: new Date(), next_attempt_at: null })
      .where('id', '=', id ?? '')
      .execute();
    return id ?? '';
  };
  const unknown = async () => {
    const published = await newsroom.release({ headline: '结果不明' });
    return { ...published, id: await came((await newsroom.deliver(published, [channel]))[0], 'unknown') };
  };
  const manual = async () => {
    const published = await unknown();
    const ordered = await newsroom.withdraw(published.articleId);
    const id = await came((await newsroom.deliverWithdrawal(ordered, [channel]))[0], 'manual', 0);
    return { id, published };
  };
  const row = (id: string) =>
    test.ledger.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const ids = async (state: TaskList) => {
    const listed = await listTasks(test.ledger, { state, limit: 500, after: null });
    return listed.map(({ task }) => task.id);
  };
  const audited = async (id: string) => {
    const rows = await test.ledger
      .selectFrom('audit')
      .select(['action', 'key_name', 'detail'])
      .where('subject_id', '=', id)
      .orderBy('id')
      .execute();
    return rows.map(({ action, key_name, detail }) => [action, key_name, detail]);
  };
  const refused = { verdict: 'refused', reason: expect.any(String) };

  it('are deliveries that are manual or unknown, and of a withdrawn article its withdrawal alone', async () => {
    const { id } = await unknown();
    const takeDown = await manual();
    expect(await findTask(test.ledger, id)).toMatchObject({ kind: 'check-outcome', headline: '结果不明' });
    expect(await findTask(test.ledger, takeDown.id)).toMatchObject({ kind: 'take-down', state: 'manual' });
    const open = await ids('open');
    expect(open).toEqual(expect.arrayContaining([id, takeDown.id]));
    expect(open).not.toContain(takeDown.published.id);
    expect(await takeTask(test.ledger, takeDown.published.id, ann)).toEqual(refused);
    expect(await takeTask(test.ledger, 'none', ann)).toEqual({ verdict: 'missing' });
  });

  it('are taken by one person, and given back', async () => {
    const { id } = await unknown();
    expect(await takeTask(test.ledger, id, ann)).toEqual({ verdict: 'changed' });
    expect(await takeTask(test.ledger, id, ann)).toEqual({ verdict: 'same' });
    expect(await takeTask(test.ledger, id, bob)).toEqual(refused);
    const done = { result: 'there', note: '看到了' } as const;
    expect(await endTask(test.ledger, id, done, bob)).toEqual(refused);
    expect((await findTask(test.ledger, id))?.takenBy).toMatchObject({ name: 'ann' });
    expect(await releaseTask(test.ledger, id, bob)).toEqual({ verdict: 'changed' });
    expect(await releaseTask(test.ledger, id, bob)).toEqual({ verdict: 'same' });
    expect((await findTask(test.ledger, id))?.takenBy).toBeNull();
    expect(await endTask(test.ledger, id, done, bob)).toEqual({ verdict: 'changed' });
    expect(await audited(id)).toEqual([
      ['task.take', 'ann', {}],
      ['task.release', 'bob', {}],
      ['task.done', 'bob', done],
    ]);
  });

  it('of two people who take one at once, one has it', async () => {
    const { id } = await unknown();
    const verdicts = await Promise.all([ann, bob].map((each) => takeTask(test.ledger, id, each)));
    expect(verdicts.map(({ verdict }) => verdict).sort()).toEqual(['changed', 'refused']);
  });

  it('what was taken down by hand is delivered, on somebody’s word', async () => {
    const { id } = await manual();
    expect(await endTask(test.ledger, id, { result: 'there', note: '还在' }, ann)).toEqual({
      verdict: 'unfit',
    });
    const done = { result: 'taken-down', note: '已电话确认撤下' } as const;
    expect(await endTask(test.ledger, id, done, ann)).toEqual({ verdict: 'changed' });
    expect(await row(id)).toMatchObject({ state: 'delivered', reason: 'ann: 已电话确认撤下' });
    expect(await ids('open')).not.toContain(id);
    expect(await ids('done')).toContain(id);
    expect(await findTask(test.ledger, id)).toMatchObject({ ...done, doneBy: { name: 'ann' } });
    expect(await endTask(test.ledger, id, done, ann)).toEqual(refused);
  });

  it('what did not arrive is sent again, and is another task if nobody answers once more', async () => {
    const { id } = await unknown();
    const done = { result: 'not-there', note: '网站上没有' } as const;
    expect(await endTask(test.ledger, id, { ...done, result: 'taken-down' }, ann)).toEqual({
      verdict: 'unfit',
    });
    expect(await endTask(test.ledger, id, done, ann)).toMatchObject({
      verdict: 'queued',
      delivery: { id, action: 'publish' },
    });
    expect(await row(id)).toMatchObject({ state: 'queued', epoch: 2, attempts_in_round: 0 });
    expect(await ids('open')).not.toContain(id);
    expect(await ids('done')).toContain(id);
    await came(id, 'unknown', 3);
    expect(await findTask(test.ledger, id)).toMatchObject({ doneBy: null, takenBy: null });
    expect(await endTask(test.ledger, id, { result: 'there', note: '有了' }, bob)).toEqual({
      verdict: 'changed',
    });
    expect((await ids('done')).filter((each) => each === id)).toHaveLength(2);
  });

  it('are never sent again past a newer version', async () => {
    const { id, articleId } = await unknown();
    const second = await newsroom.release({}, articleId);
    await newsroom.deliver(second, [channel]);
    const verdict = await endTask(test.ledger, id, { result: 'not-there', note: '没有' }, ann);
    expect(verdict).toEqual(refused);
    expect((await row(id)).state).toBe('superseded');
    expect(await audited(id)).toEqual([]);
  });

  it('are listed in pages, newest first, each once', async () => {
    const made = [await unknown(), await unknown(), await unknown()].map(({ id }) => id).reverse();
    const seen: string[] = [];
    let after: { createdAt: string; id: string } | null = null;
    while (seen.length < 3) {
      const [first] = await listTasks(test.ledger, { state: 'open', limit: 1, after });
      if (first === undefined) break;
      seen.push(first.task.id);
      after = { createdAt: first.openedAt.toISOString(), id: first.task.id };
    }
    expect([...seen].sort()).toEqual([...made].sort());
  });
});
