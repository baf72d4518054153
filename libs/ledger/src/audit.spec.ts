import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listAudit, recordChanges, type Actor } from './audit.js';
import { createChannel, deleteChannel, findChannel } from './channels.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';

const actor = (keyId: string): Actor => ({ keyId, keyName: '值班', role: 'operator', address: '192.0.2.1' });
const everything = { limit: 100, after: null };

describe('the audit', () => {
  let test: TestLedger;
  beforeAll(async () => {
    test = await openTestLedger();
  }, 90_000);
  afterAll(async () => {
    await test.close();
  });

  it('and the change that it tells of are there together or not at all', async () => {
    const id = 'together';
    const filter = { sections: [], sources: [], keywords: [] };
    const channel = { id, type: 'webhook', name: id, enabled: true, filter, settings: {}, secrets: {} };
    const fails = () => Promise.reject(new Error('the audit cannot be written'));
    await expect(createChannel(test.ledger, channel, '', fails)).rejects.toThrow('audit');
    expect(await findChannel(test.ledger, id)).toBeUndefined();
    await createChannel(test.ledger, channel, '', (tx) =>
      recordChanges(tx, actor('k'), [{ action: 'channel.create', subject: { kind: 'channel', id } }]),
    );
    await expect(deleteChannel(test.ledger, id, fails)).rejects.toThrow('audit');
    expect(await findChannel(test.ledger, id)).toBeDefined();
    expect(await listAudit(test.ledger, { ...everything, subject: id })).toMatchObject([
      { action: 'channel.create', keyId: 'k', keyName: '值班', address: '192.0.2.1', detail: {} },
    ]);
  });

  it('is told apart by key, action, subject and time, newest first', async () => {
    const [one, other, article] = [randomUUID(), randomUUID(), randomUUID()];
    const subject = { kind: 'article', id: article } as const;
    await recordChanges(test.ledger, actor(one), [
      { action: 'article.take', subject, detail: { version: 1 } },
      { action: 'article.correct', subject, detail: { version: 2 } },
    ]);
    await recordChanges(test.ledger, actor(other), [{ action: 'article.withdraw', subject }]);
    await recordChanges(test.ledger, actor(other), []);
    const actionsOf = async (query: object) =>
      (await listAudit(test.ledger, { ...everything, subject: article, ...query })).map(
        ({ action }) => action,
      );
    expect(await actionsOf({})).toEqual(['article.withdraw', 'article.correct', 'article.take']);
    expect(await actionsOf({ key: one })).toEqual(['article.correct', 'article.take']);
    expect(await actionsOf({ action: 'article.take' })).toEqual(['article.take']);
    expect(await actionsOf({ subject: randomUUID() })).toEqual([]);
    const [, middle] = await listAudit(test.ledger, { ...everything, subject: article });
    const at = String(middle?.at.toISOString());
    expect(await actionsOf({ since: at })).toContain('article.correct');
    expect(await actionsOf({ until: at })).not.toContain('article.correct');
    // Rows of one instant follow each other by number.
    expect(await actionsOf({ after: { createdAt: at, id: String(middle?.id) } })).toEqual(['article.take']);
  });
});
