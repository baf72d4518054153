import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { PartnerPaths } from './harness/partner-paths.js';
import { sampleArticle } from './harness/sample-article.js';

const WAIT = { timeoutMs: 15_000 };
const CHANNEL = 'needs-a-person';

interface TaskAnswer {
  id: string;
  kind: string;
  state: string;
  takenBy: { name: string } | null;
  doneBy: { name: string } | null;
  result: string | null;
  errors?: { path: string }[];
}

describe('tasks of people, by the API', () => {
  let system: NewsrelaySystem;
  let partner: PartnerPaths;

  beforeAll(async () => {
    partner = await PartnerPaths.start();
    system = await NewsrelaySystem.start({ services: ['ingest', 'transform', 'publish', 'console'] });
    const settings = { url: partner.receiver.url(`/${CHANNEL}`) };
    await system.api.createChannel({ id: CHANNEL, type: 'webhook', name: CHANNEL, settings });
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await partner.receiver.stop();
  }, 60_000);

  const call = (method: string, path: string, json?: object) =>
    system.api.call<TaskAnswer>(
      'console',
      method,
      `/api/v1/tasks${path}`,
      json === undefined ? {} : { json },
    );
  const listed = async (state: string) => {
    const answer = await system.api.call<{ items: TaskAnswer[] }>(
      'console',
      'GET',
      `/api/v1/tasks?state=${state}`,
    );
    return answer.body.items;
  };
  const delivered = async (articleId: string, action: string) =>
    pollUntil(
      `${action} delivered`,
      async () =>
        (await system.api.deliveriesOf(articleId)).find(
          (each) => each.action === action && each.state === 'delivered',
        ),
      WAIT,
    );

  it('a message without an answer is looked after by a person: it was not there, and goes out again', async () => {
    const { id: articleId } = (await system.api.post(sampleArticle({}))).body;
    const { id } = await delivered(articleId, 'publish');
    // No type of today ends so by itself within a test's time.
    await system.queryLedger("update deliveries set state = 'unknown' where id = $1", [id]);
    expect(await listed('open')).toMatchObject([
      { id, kind: 'check-outcome', state: 'unknown', takenBy: null },
    ]);
    const taken = await call('POST', `/${id}/take`);
    expect([taken.status, taken.body.takenBy?.name]).toEqual([200, expect.any(String)]);
    const unfit = await call('POST', `/${id}/done`, { result: 'taken-down', note: '不对' });
    expect([unfit.status, unfit.body.errors?.[0]?.path]).toEqual([422, '/result']);
    const silent = await call('POST', `/${id}/done`, { result: 'there' });
    expect([silent.status, silent.body.errors?.[0]?.path]).toEqual([422, '/note']);
    const done = await call('POST', `/${id}/done`, { result: 'not-there', note: '对方网站上没有' });
    expect([done.status, done.body.result]).toEqual([200, 'not-there']);
    await pollUntil('the second push', () => partner.at(`/${CHANNEL}`, articleId).length === 2, WAIT);
    const [first, second] = partner.at(`/${CHANNEL}`, articleId);
    expect([second?.webhookId, second?.body]).toEqual([first?.webhookId, first?.body]);
    await delivered(articleId, 'publish');
    const again = await call('POST', `/${id}/done`, { result: 'there', note: '有了' });
    expect(again.status).toBe(409);
    expect(await listed('done')).toMatchObject([{ id, note: '对方网站上没有' }]);
    expect((await call('POST', '/none/take')).status).toBe(404);
  });

  it('what an outlet cannot take down is taken down by a person, who says so', async () => {
    const { id: articleId } = (await system.api.post(sampleArticle({}))).body;
    await delivered(articleId, 'publish');
    await system.api.withdraw(articleId);
    const { id } = await delivered(articleId, 'withdraw');
    await system.queryLedger("update deliveries set state = 'manual' where id = $1", [id]);
    expect(await listed('open')).toMatchObject([{ id, kind: 'take-down', state: 'manual' }]);
    const done = await call('POST', `/${id}/done`, { result: 'taken-down', note: '电话确认已撤' });
    expect([done.status, done.body.state, done.body.doneBy]).toEqual([200, 'delivered', expect.any(Object)]);
    expect((await delivered(articleId, 'withdraw')).reason).toContain('电话确认已撤');
    const audit = await system.api.call<{ items: { action: string; detail: object }[] }>(
      'console',
      'GET',
      `/api/v1/audit?subject=${id}`,
    );
    expect(audit.body.items).toMatchObject([
      { action: 'task.done', detail: { result: 'taken-down', note: '电话确认已撤' } },
    ]);
    expect(await listed('open')).toEqual([]);
  });
});
