import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Answer } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { PartnerPaths } from './harness/partner-paths.js';
import { sampleArticle } from './harness/sample-article.js';

const WAIT = { timeoutMs: 60_000 };
const HOUR_MS = 3_600_000;

interface Replay {
  id: string;
  state: string;
  count: number;
  replayed: number;
  skipped: number;
}
interface Asked {
  replayId: string;
  count: number;
}

describe('replays', () => {
  let system: NewsrelaySystem;
  let partner: PartnerPaths;

  beforeAll(async () => {
    partner = await PartnerPaths.start();
    system = await NewsrelaySystem.start({ services: ['ingest', 'transform', 'publish', 'console'] });
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await partner.receiver.stop();
  }, 60_000);

  /** A channel of its own path, which gets the articles of the section. */
  async function channel(section: string): Promise<string> {
    const id = `c-${randomUUID()}`;
    const made = await system.api.createChannel({
      id,
      type: 'webhook',
      name: id,
      filter: { sections: [section] },
      settings: { url: partner.receiver.url(`/${id}`) },
    });
    expect(made.status).toBe(201);
    return id;
  }
  async function publish(section: string, fields: Record<string, unknown> = {}) {
    const taken = await system.api.post(sampleArticle({ sections: [section], ...fields }));
    expect(taken.status).toBe(202);
    return taken.body.id;
  }
  const received = (to: string) => partner.at(`/${to}`);
  const arrived = (to: string, count: number) =>
    pollUntil(`${count} pushes`, () => Promise.resolve(received(to).length >= count), WAIT);
  const asked = (to: string, fields: object = {}) => ({
    channel: to,
    since: new Date(Date.now() - HOUR_MS).toISOString(),
    until: new Date(Date.now() + HOUR_MS).toISOString(),
    ...fields,
  });
  const ask = (json: object): Promise<Answer<Asked>> =>
    system.api.call<Asked>('console', 'POST', '/api/v1/deliveries/replay', { json });
  const read = async (id: string) =>
    (await system.api.call<Replay>('console', 'GET', `/api/v1/replays/${id}`)).body;
  const over = (id: string) =>
    pollUntil(
      'the end of the replay',
      async () => {
        const replay = await read(id);
        return replay.state === 'running' ? undefined : replay;
      },
      WAIT,
    );
  const allSent = (to: string) =>
    pollUntil(
      'no delivery waits',
      async () =>
        (await system.api.allDeliveries(`&channel=${to}`)).every(({ state }) => state === 'delivered'),
      WAIT,
    );

  it('repeats what was delivered under the same key with the same bytes', async () => {
    const section = `s-${randomUUID()}`;
    const to = await channel(section);
    for (let count = 0; count < 3; count += 1) await publish(section);
    await arrived(to, 3);
    await allSent(to);
    const first = received(to).map(({ webhookId, body }) => `${webhookId} ${body}`);
    const dry = await ask(asked(to, { dryRun: true, state: 'delivered' }));
    expect([dry.status, dry.body]).toEqual([200, { count: 3 }]);
    expect((await ask(asked(to, { dryRun: true, state: ['dead'] }))).body).toEqual({ count: 0 });
    const replay = await ask(asked(to, { state: 'delivered', ratePerSecond: 50 }));
    expect([replay.status, replay.body.count]).toEqual([202, 3]);
    expect(await over(replay.body.replayId)).toMatchObject({ state: 'done', replayed: 3, skipped: 0 });
    await arrived(to, 6);
    await allSent(to);
    const again = received(to)
      .slice(3)
      .map(({ webhookId, body }) => `${webhookId} ${body}`);
    expect(again.sort()).toEqual(first.sort());
    const audit = await system.api.call<{ items: { action: string }[] }>(
      'console',
      'GET',
      `/api/v1/audit?subject=${replay.body.replayId}`,
    );
    expect(audit.body.items.map(({ action }) => action)).toEqual(['delivery.replay']);
  }, 120_000);

  it('brings a channel that was made later every article that stands, once, in its newest version', async () => {
    const section = `n-${randomUUID()}`;
    const witness = await channel(section);
    const ids: string[] = [];
    for (let count = 0; count < 4; count += 1) ids.push(await publish(section));
    const sourceId = randomUUID();
    const corrected = await publish(section, { sourceId });
    await arrived(witness, 5);
    await publish(section, { sourceId, headline: '更正后的标题' });
    await arrived(witness, 6);
    expect((await system.api.withdraw(ids[0] ?? '')).status).toBe(202);
    const late = await channel(section);
    expect((await ask(asked(late, { dryRun: true }))).body).toEqual({ count: 4 });
    const replay = await ask(asked(late, { ratePerSecond: 2 }));
    expect(await over(replay.body.replayId)).toMatchObject({ state: 'done', replayed: 4 });
    await arrived(late, 4);
    await allSent(late);
    const pushes = received(late).map(({ event }) => [
      event.type,
      event.data.article.uri.slice('urn:uuid:'.length),
      event.data.version,
    ]);
    expect(pushes).toEqual([
      ...ids.slice(1).map((id) => ['article.published', id, 1]),
      ['article.published', corrected, 2],
    ]);
    expect(received(witness).filter(({ event }) => event.type === 'article.published')).toHaveLength(5);
  }, 120_000);

  it('goes on after kill -9 of its process, with each article once, and can be canceled', async () => {
    const section = `k-${randomUUID()}`;
    const to = await channel(section);
    for (let count = 0; count < 30; count += 1) await publish(section);
    await arrived(to, 30);
    await allSent(to);
    const replay = await ask(asked(to, { ratePerSecond: 8 }));
    expect(replay.body.count).toBe(30);
    expect((await ask(asked(to))).status).toBe(409);
    await arrived(to, 36);
    await system.killService('publish');
    const middle = await read(replay.body.replayId);
    expect(middle.state).toBe('running');
    expect(middle.replayed).toBeLessThan(30);
    system.spawnService('publish');
    await system.ready(['publish']);
    expect(await over(replay.body.replayId)).toMatchObject({ state: 'done', replayed: 30, skipped: 0 });
    await arrived(to, 60);
    await allSent(to);
    // A request under way when its sender died is repeated by delivery, under its key: the attempts tell.
    const deliveries = await system.api.allDeliveries(`&channel=${to}`);
    expect(deliveries).toHaveLength(30);
    for (const { attempts } of deliveries)
      expect(attempts.filter(({ outcome }) => outcome === 'delivered')).toHaveLength(2);
    const second = await ask(asked(to, { ratePerSecond: 1 }));
    const cancel = () =>
      system.api.call<Replay>('console', 'POST', `/api/v1/replays/${second.body.replayId}/cancel`);
    expect(await cancel()).toMatchObject({ status: 200, body: { state: 'canceled' } });
    const { replayed } = await read(second.body.replayId);
    expect(replayed).toBeLessThan(30);
    const list = await system.api.call<{ items: Replay[] }>(
      'console',
      'GET',
      `/api/v1/replays?channel=${to}`,
    );
    expect(list.body.items.map(({ id, state }) => [id, state])).toEqual([
      [second.body.replayId, 'canceled'],
      [replay.body.replayId, 'done'],
    ]);
  }, 180_000);

  it.each<[string, object, number, string | null]>([
    ['a window too wide', { since: '2026-01-01T00:00:00Z', until: '2026-03-01T00:00:00Z' }, 422, '/until'],
    ['an empty window', { since: '2026-01-02T00:00:00Z', until: '2026-01-02T00:00:00Z' }, 422, '/until'],
    ['an instant without zone', { since: '2026-01-02T00:00:00' }, 422, '/since'],
    ['a year that no clock shows', { since: '0000-01-02T00:00:00Z' }, 422, '/since'],
    ['no articles a second', { ratePerSecond: 0 }, 422, '/ratePerSecond'],
    ['too many articles a second', { ratePerSecond: 51 }, 422, '/ratePerSecond'],
    ['part of an article a second', { ratePerSecond: 0.5 }, 422, '/ratePerSecond'],
    ['a state that cannot be sent again', { state: 'queued' }, 422, '/state'],
    ['no state', { state: [] }, 422, '/state'],
    ['a member that is not known', { rate: 5 }, 422, null],
    ['a channel that is not there', { channel: 'nobody' }, 404, '/channel'],
  ])('refuses %s', async (_what, fields, status, path) => {
    for (const dryRun of [true, false]) {
      const answer = await ask({ ...asked('nobody'), dryRun, ...fields });
      expect(answer.headers['content-type']).toContain('application/problem+json');
      const { errors } = answer.body as unknown as { errors: { path: string; message: string }[] };
      expect([answer.status, errors.map((each) => each.path)]).toEqual([
        status,
        path === null ? expect.any(Array) : [path],
      ]);
    }
  });

  it('knows no replay that is not there', async () => {
    for (const id of ['x', randomUUID()]) {
      expect((await system.api.call('console', 'GET', `/api/v1/replays/${id}`)).status).toBe(404);
      expect((await system.api.call('console', 'POST', `/api/v1/replays/${id}/cancel`)).status).toBe(404);
    }
  });
});
