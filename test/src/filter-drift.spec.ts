import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { feedItems } from './harness/feed-ids.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { answering, PartnerPaths } from './harness/partner-paths.js';
import { accept } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';

const WAIT = { timeoutMs: 15_000 };

interface Cell {
  channel: string;
  action: string;
  version: number;
  standing: string;
}

describe('a correction that moves an article between the filters of channels', () => {
  let system: NewsrelaySystem;
  let partner: PartnerPaths;
  const here = `here-${randomUUID().slice(0, 8)}`;
  const there = `there-${randomUUID().slice(0, 8)}`;

  beforeAll(async () => {
    partner = await PartnerPaths.start();
    system = await NewsrelaySystem.start({
      services: ['ingest', 'transform', 'publish', 'feeds', 'console'],
      retrySchedule: `0,${Array(40).fill('0.1').join(',')}`,
    });
    for (const id of [here, there]) {
      const filter = { sections: [id] };
      const url = partner.receiver.url(`/${id}`);
      const made = [
        await system.api.createChannel({ id, type: 'webhook', name: id, filter, settings: { url } }),
        await system.api.createChannel({
          id: `feed-${id}`,
          type: 'feed',
          name: id,
          filter,
          settings: { title: id },
        }),
      ];
      expect(made.map(({ status }) => status)).toEqual([201, 201]);
    }
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await partner.receiver.stop();
  }, 60_000);

  const pushes = (to: string, id: string) => partner.at(`/${to}`, id);
  const types = (to: string, id: string) => pushes(to, id).map(({ event }) => event.type);
  const titles = async (section: string, id: string) =>
    (await feedItems(system.api, `feed-${section}`)).filter((item) => item.id.includes(id));
  const until = (what: string, met: () => boolean | Promise<boolean>) => pollUntil(what, met, WAIT);
  const settledAt = (id: string, channel: string, action: string, version: number) =>
    pollUntil(
      `${action} ${version} at ${channel}`,
      async () =>
        (await system.api.deliveriesOf(id)).find(
          (each) =>
            each.channel === channel &&
            each.action === action &&
            each.version === version &&
            each.state === 'delivered',
        ),
      WAIT,
    );

  it('takes it down where it left, publishes it where it came to, and the other way round', async () => {
    const article = sampleArticle({ sections: [here], headline: '原来的标题' });
    const { id } = (await system.api.post(article)).body;
    await settledAt(id, here, 'publish', 1);
    await settledAt(id, `feed-${here}`, 'publish', 1);
    expect((await titles(here, id)).map(({ title }) => title)).toEqual(['原来的标题']);

    await system.api.post({ ...article, sections: [there], headline: '改了版面' });
    await settledAt(id, here, 'withdraw', 2);
    await settledAt(id, `feed-${here}`, 'withdraw', 2);
    await settledAt(id, there, 'publish', 2);
    await settledAt(id, `feed-${there}`, 'publish', 2);
    expect(types(here, id)).toEqual(['article.published', 'article.withdrawn']);
    const [published, withdrawn] = pushes(here, id);
    // The bytes are those of a withdrawal: nothing of the article is in them.
    expect(withdrawn?.event.data).toEqual({
      article: {
        uri: `urn:uuid:${id}`,
        version: '2',
        pubStatus: 'canceled',
        versionCreated: expect.stringMatching(/\+08:00$/),
      },
      version: 2,
      previousVersion: 1,
      sequence: expect.any(Number),
      note: null,
    });
    expect(withdrawn?.event.data.sequence).toBeGreaterThan(published?.event.data.sequence ?? Infinity);
    expect(types(there, id)).toEqual(['article.published']);
    const [notice] = await titles(here, id);
    expect(notice?.title).not.toMatch(/标题|版面/);
    expect((await titles(there, id)).map(({ title }) => title)).toEqual(['改了版面']);
    const atom = await system.api.call('feeds', 'GET', `/feeds/feed-${here}.atom`, { key: null });
    expect(atom.text).toContain('at:deleted-entry');
    expect(atom.text).not.toMatch(/原来的标题|改了版面/);
    // The article is public all the same, and shown as taken down where it was.
    expect((await system.api.call('feeds', 'GET', `/articles/${id}`, { key: null })).status).toBe(200);
    const board = await system.api.call<{ items: { id: string; cells: Cell[] }[] }>(
      'console',
      'GET',
      '/api/v1/board?view=all',
    );
    const cells = board.body.items.find((each) => each.id === id)?.cells ?? [];
    expect(cells).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ channel: here, action: 'withdraw', version: 2, standing: 'done' }),
        expect.objectContaining({ channel: there, action: 'publish', version: 2, standing: 'done' }),
      ]),
    );
    const first = (await system.api.deliveriesOf(id)).find(
      (each) => each.channel === here && each.version === 1,
    );
    const retried = await system.api.call('console', 'POST', `/api/v1/deliveries/${first?.id ?? ''}/retry`);
    expect(retried.status).toBe(409);

    await system.api.post({ ...article, headline: '又回来了' });
    await settledAt(id, here, 'publish', 3);
    await settledAt(id, `feed-${here}`, 'publish', 3);
    await settledAt(id, there, 'withdraw', 3);
    expect(types(here, id)).toEqual(['article.published', 'article.withdrawn', 'article.updated']);
    expect(types(there, id)).toEqual(['article.published', 'article.withdrawn']);
    expect(pushes(here, id)[2]?.event.data).toMatchObject({ version: 3, previousVersion: 1 });
    expect((await titles(here, id)).map(({ title }) => title)).toEqual(['又回来了']);
  }, 60_000);

  it('sends nothing where nothing had begun, and waits for an outlet that fails', async () => {
    const pause = (verb: string) => system.api.call('console', 'POST', `/api/v1/channels/${here}/${verb}`);
    await pause('pause');
    const article = sampleArticle({ sections: [here] });
    const { id } = (await system.api.post(article)).body;
    await settledAt(id, `feed-${here}`, 'publish', 1);
    await system.api.post({ ...article, sections: [there] });
    await settledAt(id, there, 'publish', 2);
    await settledAt(id, `feed-${here}`, 'withdraw', 2);
    await pause('resume');
    const of = async (channel: string) =>
      (await system.api.deliveriesOf(id)).filter((each) => each.channel === channel);
    expect(await of(here)).toMatchObject([
      { action: 'publish', version: 1, state: 'superseded', attempts: [] },
    ]);

    partner.set(`/${there}`, answering(503));
    await system.api.post({ ...article, sections: [] });
    await until('a failed attempt', async () =>
      (await of(there)).some(({ action, attempts }) => action === 'withdraw' && attempts.length > 1),
    );
    partner.set(`/${there}`, accept);
    await settledAt(id, there, 'withdraw', 3);
    expect(pushes(here, id)).toEqual([]);
  }, 60_000);
});
