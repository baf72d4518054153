import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Answer, DeliveryAnswer, Page } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { answering, Hanging, PartnerPaths } from './harness/partner-paths.js';
import { accept, type Push } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';

const WAIT = { timeoutMs: 15_000 };
const MASK = '********';
const GENERATED = /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/;

interface ChannelView {
  id: string;
  type: string;
  name: string;
  enabled: boolean;
  filter: { sections: string[]; sources: string[]; keywords: string[] };
  settings: Record<string, unknown>;
  secrets: Record<string, string>;
  paused: { since: string; reason: string } | null;
  createdAt: string;
  errors?: { path: string; message: string }[];
}

describe('channels by API', () => {
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

  const newId = () => `c-${randomUUID()}`;
  const webhook = (id: string, fields: object = {}) => ({
    id,
    type: 'webhook',
    name: id,
    filter: { sections: [id] },
    settings: { url: partner.receiver.url(`/${id}`) },
    ...fields,
  });

  async function call(method: string, id: string, json?: unknown, verb = ''): Promise<Answer<ChannelView>> {
    return system.api.call<ChannelView>(
      'console',
      method,
      `/api/v1/channels/${id}${verb}`,
      json === undefined ? {} : { json },
    );
  }

  async function create(fields: object): Promise<ChannelView> {
    const answer = await system.api.call<ChannelView>('console', 'POST', '/api/v1/channels', {
      json: fields,
    });
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 201, text: expect.any(String) });
    return answer.body;
  }

  const at = (id: string, articleId?: string): Push[] => partner.at(`/${id}`, articleId);

  async function publish(fields: Record<string, unknown>): Promise<string> {
    const taken = await system.api.post(sampleArticle(fields));
    expect({ status: taken.status, text: taken.text }).toEqual({ status: 202, text: expect.any(String) });
    return taken.body.id;
  }

  async function delivery(articleId: string, channelId: string): Promise<DeliveryAnswer | undefined> {
    return (await system.api.deliveriesOf(articleId)).find(({ channel }) => channel === channelId);
  }

  async function reaches(articleId: string, channelId: string, state: string): Promise<DeliveryAnswer> {
    return pollUntil(
      `${channelId} ${state}`,
      async () => {
        const seen = await delivery(articleId, channelId);
        return seen?.state === state ? seen : undefined;
      },
      WAIT,
    );
  }

  it('are made with a secret that is shown once, and masked afterwards', async () => {
    const id = newId();
    const made = await create(webhook(id));
    expect(made).toEqual({
      id,
      type: 'webhook',
      name: id,
      enabled: true,
      filter: { sections: [id], sources: [], keywords: [] },
      settings: { url: partner.receiver.url(`/${id}`) },
      secrets: { signingSecret: expect.stringMatching(GENERATED) },
      paused: null,
      platform: null,
      createdAt: expect.stringMatching(/\+08:00$/),
    });
    const read = await call('GET', id);
    expect(read.status).toBe(200);
    expect(read.body).toEqual({ ...made, secrets: { signingSecret: MASK } });
    const secret = made.secrets['signingSecret'] ?? '';
    for (const path of ['/api/v1/channels?limit=500', '/api/v1/status'])
      expect((await system.api.call('console', 'GET', path)).text).not.toContain(secret);
    const given = `whsec_${Buffer.from(randomUUID()).toString('base64')}`;
    const own = await create(webhook(newId(), { secrets: { signingSecret: given } }));
    expect(own.secrets).toEqual({ signingSecret: MASK });
  });

  it('refuse an id that is taken, or was', async () => {
    const id = newId();
    const made = await create(webhook(id));
    const again = await system.api.createChannel(webhook(id, { name: 'other' }));
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ errors: [{ path: '/id' }] });
    expect((await call('GET', id)).body.name).toBe(made.name);
    const both = newId();
    const answers = await Promise.all([1, 2, 3].map(() => system.api.createChannel(webhook(both))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    for (const each of ['a', '0', `${'x'.repeat(62)}-`])
      await create(webhook(each, { filter: { sections: ['-'] } }));
  });

  it('are listed newest first', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const id = newId();
      ids.unshift(id);
      await create(webhook(id));
    }
    const seen: ChannelView[] = [];
    let cursor: string | null = null;
    do {
      const answer: Answer<Page<ChannelView>> = await system.api.call(
        'console',
        'GET',
        `/api/v1/channels?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...answer.body.items);
      cursor = answer.body.nextCursor;
    } while (cursor !== null);
    expect(seen.slice(0, 3).map(({ id }) => id)).toEqual(ids);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen.every(({ secrets }) => Object.values(secrets).every((secret) => secret === MASK))).toBe(true);
  });

  it('of type feed need no secret', async () => {
    const id = newId();
    const made = await create({
      id,
      type: 'feed',
      name: 'Feed',
      filter: { sections: [id] },
      settings: { title: '要闻' },
    });
    expect(made).toMatchObject({
      settings: { title: '要闻', description: '', language: 'zh-CN', maxItems: 50, content: 'full' },
      secrets: {},
    });
    const wrong = await call('PATCH', id, { settings: { maxItems: 0 } });
    expect(wrong.body.errors).toMatchObject([{ path: '/settings/maxItems' }]);
  });

  it('have their types described', async () => {
    const answer = await system.api.call<{
      items: { type: string; secretFields: string[]; settings: object }[];
    }>('console', 'GET', '/api/v1/channel-types');
    const byType = new Map(answer.body.items.map((each) => [each.type, each]));
    expect(byType.get('webhook')).toMatchObject({
      secretFields: ['signingSecret'],
      settings: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
    });
    expect(byType.get('feed')).toMatchObject({
      secretFields: [],
      settings: { properties: { maxItems: {} } },
    });
  });

  describe('PATCH', () => {
    it('merges, null takes the default, and lists are replaced', async () => {
      const id = newId();
      const made = await create(webhook(id, { filter: { sections: ['a', 'b'], sources: ['s'] } }));
      const renamed = await call('PATCH', id, { name: '新名' });
      expect(renamed.status).toBe(200);
      expect(renamed.body).toEqual({ ...made, name: '新名', secrets: { signingSecret: MASK } });
      expect((await call('PATCH', id, { filter: { sections: ['c'] } })).body.filter).toEqual({
        sections: ['c'],
        sources: ['s'],
        keywords: [],
      });
      expect((await call('PATCH', id, { filter: { sections: null } })).body.filter).toEqual({
        sections: [],
        sources: ['s'],
        keywords: [],
      });
      expect((await call('PATCH', id, { filter: null, enabled: false })).body).toMatchObject({
        enabled: false,
        filter: { sections: [], sources: [], keywords: [] },
      });
      const empty = await call('PATCH', id, {});
      expect([empty.status, empty.body]).toEqual([200, (await call('GET', id)).body]);
      const typed = await system.api.call<ChannelView>('console', 'PATCH', `/api/v1/channels/${id}`, {
        body: JSON.stringify({ name: '又' }),
        type: 'application/merge-patch+json',
      });
      expect(typed.body.name).toBe('又');
    });

    it('takes back whole what GET gave, and changes nothing', async () => {
      const id = newId();
      await create(webhook(id));
      await call('POST', id, { reason: '核查' }, '/pause');
      const shown = (await call('GET', id)).body;
      const back = await call('PATCH', id, shown);
      expect([back.status, back.body]).toEqual([200, shown]);
    });

    it('keeps a secret that is sent back masked, replaces one that is given, and makes one anew for null', async () => {
      const id = newId();
      const { secrets } = await create(webhook(id));
      const made = secrets['signingSecret'] ?? '';
      const signs = async (secret: string): Promise<void> => {
        const articleId = await publish({ sections: [id] });
        await reaches(articleId, id, 'delivered');
        const push = at(id, articleId)[0];
        const headers = Object.fromEntries(
          ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
            name,
            String(push?.headers[name]),
          ]),
        );
        expect(() => new Webhook(secret).verify(push?.body ?? '', headers)).not.toThrow();
      };
      await signs(made);
      const kept = await call('PATCH', id, { secrets: { signingSecret: MASK } });
      expect(kept.body.secrets).toEqual({ signingSecret: MASK });
      await signs(made);
      const given = `whsec_${Buffer.from(randomUUID()).toString('base64')}`;
      const replaced = await call('PATCH', id, { secrets: { signingSecret: given } });
      expect(replaced.body.secrets).toEqual({ signingSecret: MASK });
      await signs(given);
      const again = await call('PATCH', id, { secrets: { signingSecret: null } });
      const anew = again.body.secrets['signingSecret'] ?? '';
      expect(anew).toMatch(GENERATED);
      expect([made, given]).not.toContain(anew);
      expect((await call('GET', id)).body.secrets).toEqual({ signingSecret: MASK });
      await signs(anew);
    });

    it('takes the mask as a mask in secrets alone', async () => {
      const id = newId();
      await create(webhook(id));
      expect((await call('PATCH', id, { name: MASK })).body.name).toBe(MASK);
    });

    it('sends what waits to the new address', async () => {
      const id = newId();
      await create(webhook(id));
      partner.set(`/${id}`, answering(500));
      const articleId = await publish({ sections: [id] });
      await reaches(articleId, id, 'retrying');
      const moved = newId();
      await call('PATCH', id, { settings: { url: partner.receiver.url(`/${moved}`) } });
      await reaches(articleId, id, 'delivered');
      expect(at(moved).map(({ webhookId }) => webhookId)).toEqual([at(id)[0]?.webhookId]);
    });
  });

  it('DELETE ends a channel: 404 from then on, and what waits is canceled', async () => {
    const [paused, failing] = [newId(), newId()];
    await create(webhook(paused));
    await create(webhook(failing, { filter: { sections: [paused] } }));
    partner.set(`/${failing}`, answering(429, { 'retry-after': '3600' }));
    await call('POST', paused, undefined, '/pause');
    const articleId = await publish({ sections: [paused] });
    await reaches(articleId, paused, 'queued');
    await reaches(articleId, failing, 'retrying');
    for (const id of [paused, failing]) {
      const deleted = await call('DELETE', id);
      expect([deleted.status, deleted.text]).toEqual([204, '']);
      expect((await delivery(articleId, id))?.state).toBe('canceled');
      expect((await call('DELETE', id)).status).toBe(404);
      expect((await call('GET', id)).status).toBe(404);
      expect((await call('PATCH', id, { name: 'x' })).status).toBe(404);
      for (const verb of ['/pause', '/resume', '/test'])
        expect((await call('POST', id, {}, verb)).status).toBe(404);
      expect((await system.api.createChannel(webhook(id))).status).toBe(409);
      const retried = await system.api.call(
        'console',
        'POST',
        `/api/v1/deliveries/${(await delivery(articleId, id))?.id ?? ''}/retry`,
      );
      expect(retried.status).toBe(409);
    }
    const list = await system.api.call('console', 'GET', '/api/v1/channels?limit=500');
    expect(list.text).not.toContain(paused);
    const witness = newId();
    await create(webhook(witness));
    const later = await publish({ sections: [paused, witness] });
    await reaches(later, witness, 'delivered');
    expect((await system.api.deliveriesOf(later)).map(({ channel }) => channel)).toEqual([witness]);
  });

  it('DELETE while a request is under way lets that end, and no other begin', async () => {
    const id = newId();
    const hanging = new Hanging();
    partner.set(`/${id}`, hanging.behaviour);
    await create(webhook(id));
    const articleId = await publish({ sections: [id] });
    await pollUntil('the push', () => hanging.responses.length === 1, WAIT);
    expect((await call('DELETE', id)).status).toBe(204);
    hanging.responses[0]?.writeHead(500).end();
    await reaches(articleId, id, 'canceled');
    expect(at(id)).toHaveLength(1);
  });

  describe('pause and resume', () => {
    it('queue, keep the first reason, and send in order', async () => {
      const id = newId();
      await create(webhook(id));
      const first = await call('POST', id, { reason: '核查链接' }, '/pause');
      expect(first.status).toBe(200);
      expect(first.body.paused).toEqual({ since: expect.stringMatching(/\+08:00$/), reason: '核查链接' });
      expect((await call('POST', id, { reason: '别的' }, '/pause')).body.paused).toEqual(first.body.paused);
      const ids = [await publish({ sections: [id] }), await publish({ sections: [id] })];
      for (const articleId of ids) expect((await reaches(articleId, id, 'queued')).attempts).toEqual([]);
      const other = newId();
      await create(webhook(other));
      await reaches(await publish({ sections: [other] }), other, 'delivered');
      expect(at(id)).toEqual([]);
      expect((await call('POST', id, undefined, '/resume')).body.paused).toBeNull();
      for (const articleId of ids) await reaches(articleId, id, 'delivered');
      expect((await call('POST', id, undefined, '/resume')).status).toBe(200);
      expect(at(id)).toHaveLength(2);
    });

    it('refuse what they do not know', async () => {
      const id = newId();
      await create(webhook(id));
      expect((await call('POST', id, { until: 'x' }, '/pause')).body.errors).toMatchObject([
        { path: '/until' },
      ]);
      expect((await call('POST', id, { reason: 1 }, '/pause')).body.errors).toMatchObject([
        { path: '/reason' },
      ]);
      expect((await call('GET', id)).body.paused).toBeNull();
      const bare = await call('POST', id, undefined, '/pause');
      expect(bare.body.paused?.reason).toEqual(expect.stringMatching(/\S/));
    });
  });

  describe('test', () => {
    it('sends one signed event, and tells what came of it', async () => {
      const id = newId();
      const { secrets } = await create(webhook(id));
      const answer = await system.api.call('console', 'POST', `/api/v1/channels/${id}/test`);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ outcome: 'delivered', status: 200, error: null, response: 'ok' });
      const [push] = partner.receiver.pushes.filter(({ path }) => path === `/${id}`);
      const headers = Object.fromEntries(
        ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
          name,
          String(push?.headers[name]),
        ]),
      );
      expect(new Webhook(secrets['signingSecret'] ?? '').verify(push?.body ?? '', headers)).toMatchObject({
        type: 'channel.test',
      });
      // A test is no delivery, and pauses nothing.
      partner.set(`/${id}`, answering(401));
      expect((await system.api.call('console', 'POST', `/api/v1/channels/${id}/test`)).body).toMatchObject({
        outcome: 'auth-expired',
        status: 401,
      });
      expect((await call('GET', id)).body.paused).toBeNull();
      const list = await system.api.call<Page<unknown>>('console', 'GET', `/api/v1/deliveries?channel=${id}`);
      expect(list.body.items).toEqual([]);
    });
  });

  describe('get', () => {
    it('what meets each list of their filter', async () => {
      const run = randomUUID().slice(0, 8);
      const names = { section: `栏目${run}`, keyword: `词${run}`, source: `s${run}` };
      const filters = {
        section: { sections: [names.section, '别的'] },
        source: { sources: [names.source], sections: [] },
        keyword: { keywords: [names.keyword] },
        both: { sections: [names.section], keywords: [names.keyword] },
        all: { sections: [names.section], keywords: [names.keyword], sources: [names.source] },
        none: { sections: [`不${run}`] },
      };
      const ids = Object.fromEntries(Object.keys(filters).map((name) => [name, newId()]));
      for (const [name, filter] of Object.entries(filters))
        await create(webhook(ids[name] ?? '', { filter }));
      const routedTo = async (fields: Record<string, unknown>): Promise<string[]> => {
        const witness = newId();
        await create(webhook(witness));
        const articleId = await publish({
          ...fields,
          sections: [...((fields['sections'] as string[] | undefined) ?? []), witness],
        });
        await reaches(articleId, witness, 'delivered');
        const channels = (await system.api.deliveriesOf(articleId)).map(({ channel }) => channel);
        return Object.keys(filters).filter((name) => channels.includes(ids[name] ?? ''));
      };
      expect(await routedTo({ sections: [names.section] })).toEqual(['section']);
      expect(await routedTo({ keywords: [names.keyword, 'x'] })).toEqual(['keyword']);
      expect(await routedTo({ sections: [names.section], keywords: [names.keyword] })).toEqual([
        'section',
        'keyword',
        'both',
      ]);
      expect(await routedTo({ source: names.source })).toEqual(['source']);
      expect(
        await routedTo({ source: names.source, sections: [names.section], keywords: [names.keyword] }),
      ).toEqual(['section', 'source', 'keyword', 'both', 'all']);
      expect(await routedTo({})).toEqual([]);
    });

    it('nothing that was released before they were made, but its correction, as published', async () => {
      const section = newId();
      const witness = newId();
      await create(webhook(witness, { filter: { sections: [section] } }));
      const article = sampleArticle({ sections: [section] });
      const { id } = (await system.api.post(article)).body;
      await reaches(id, witness, 'delivered');
      const late = newId();
      await create(webhook(late, { filter: { sections: [section] } }));
      await system.api.call('ingest', 'PUT', `/api/v1/articles/${id}`, {
        json: { ...article, headline: '更正', note: '更正说明' },
      });
      await pollUntil('the correction', () => at(late, id).length > 0 && at(witness, id).length > 1, WAIT);
      expect(
        at(late, id).map(({ event }) => [event.type, event.data.version, event.data.previousVersion]),
      ).toEqual([['article.published', 2, null]]);
      expect(
        at(witness, id).map(({ event }) => [event.type, event.data.version, event.data.previousVersion]),
      ).toEqual([
        ['article.published', 1, null],
        ['article.updated', 2, 1],
      ]);
    });

    it('an article that was taken in before they were made, if it is released afterwards', async () => {
      const id = newId();
      const until = new Date(Date.now() + 1_200).toISOString();
      const articleId = await publish({ sections: [id], embargoUntil: until });
      await create(webhook(id));
      await reaches(articleId, id, 'delivered');
    });

    it('nothing new while they are disabled; what waits goes out once they are enabled', async () => {
      const id = newId();
      const witness = newId();
      await create(webhook(id));
      await create(webhook(witness, { filter: { sections: [id] } }));
      partner.set(`/${id}`, answering(503, { 'retry-after': '3600' }));
      const waiting = await publish({ sections: [id] });
      await reaches(waiting, id, 'retrying');
      expect((await call('PATCH', id, { enabled: false })).body.enabled).toBe(false);
      partner.set(`/${id}`, accept);
      const missed = await publish({ sections: [id] });
      await reaches(missed, witness, 'delivered');
      expect(await delivery(missed, id)).toBeUndefined();
      expect(at(id)).toHaveLength(1);
      await call('PATCH', id, { enabled: true });
      await reaches(waiting, id, 'delivered');
      expect(at(id, missed)).toEqual([]);
      const created = await create(webhook(newId(), { enabled: false, filter: { sections: [id] } }));
      const third = await publish({ sections: [id] });
      await reaches(third, id, 'delivered');
      expect(await delivery(third, created.id)).toBeUndefined();
    });

    it('once they are enabled the correction of what waited, and nothing of what it corrects', async () => {
      const id = newId();
      const witness = newId();
      await create(webhook(id));
      await create(webhook(witness, { filter: { sections: [id] } }));
      partner.set(`/${id}`, answering(503, { 'retry-after': '3600' }));
      const article = sampleArticle({ sections: [id] });
      const articleId = (await system.api.post(article)).body.id;
      await reaches(articleId, id, 'retrying');
      partner.set(`/${id}`, accept);
      await call('PATCH', id, { enabled: false });
      await system.api.post({ ...article, headline: '更正' });
      await pollUntil('the correction elsewhere', () => at(witness, articleId).length === 2, WAIT);
      expect(at(id, articleId)).toHaveLength(1);
      await call('PATCH', id, { enabled: true });
      await pollUntil('the correction', () => at(id, articleId).length === 2, WAIT);
      expect(at(id, articleId)[1]?.event.data).toMatchObject({ version: 2 });
    });

    it('the newest version wherever an older one went, however fast the article leaves their sections', async () => {
      const id = newId();
      await create(webhook(id));
      const witness = newId();
      await create(webhook(witness));
      const ids = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const article = sampleArticle({ sections: [id, witness] });
          await system.api.post(article);
          return (await system.api.post({ ...article, sections: [witness] })).body.id;
        }),
      );
      for (const articleId of ids) {
        await pollUntil(
          'the last version',
          () => at(witness, articleId).at(-1)?.event.data.version === 2,
          WAIT,
        );
        const later = at(id, articleId).length > 0 ? 2 : undefined;
        await pollUntil(
          'the same at the other',
          () => at(id, articleId).at(-1)?.event.data.version === later,
          WAIT,
        );
      }
    });

    it('a withdrawal where a correction has left their sections', async () => {
      const id = newId();
      await create(webhook(id));
      const article = sampleArticle({ sections: [id] });
      const articleId = (await system.api.post(article)).body.id;
      await reaches(articleId, id, 'delivered');
      await system.api.post({ ...article, sections: ['别处'], headline: '更正' });
      await pollUntil('the correction', () => at(id, articleId).length === 2, WAIT);
      expect(at(id, articleId)[1]?.event).toMatchObject({ type: 'article.withdrawn', data: { version: 2 } });
    });
  });

  it('show in the status', async () => {
    const id = newId();
    await create(webhook(id));
    await reaches(await publish({ sections: [id] }), id, 'delivered');
    await call('POST', id, { reason: '停' }, '/pause');
    const status = await system.api.call<{
      services: Record<string, { up: boolean; pid: number; version: string }>;
      queues: Record<string, Record<string, unknown>>;
      channels: Record<string, Record<string, unknown>>;
    }>('console', 'GET', '/api/v1/status');
    expect(status.status).toBe(200);
    for (const service of ['ingest', 'transform', 'publish', 'console'] as const)
      expect(status.body.services[service]).toMatchObject({
        up: true,
        pid: system.pidOf(service),
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      });
    expect(Object.keys(status.body.queues).length).toBeGreaterThan(0);
    for (const queue of Object.values(status.body.queues))
      expect(queue).toMatchObject({
        waiting: expect.any(Number),
        delayed: expect.any(Number),
        active: expect.any(Number),
        failed: expect.any(Number),
        oldestSeconds: expect.any(Number),
      });
    expect(status.body.channels[id]).toMatchObject({
      lastSuccessAt: expect.stringMatching(/\+08:00$/),
      failureRate: 0,
      paused: { reason: '停' },
    });
  });
});
