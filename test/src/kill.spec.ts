import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { feedItems } from './harness/feed-ids.js';
import { NewsrelaySystem, SERVERS, SERVICES } from './harness/newsrelay-system.js';
import { PartnerReceiver } from './harness/partner-receiver.js';
import { articlesOf, takeIn } from './harness/steady-intake.js';

const ARTICLES = 200;
const PARTNERS = ['north', 'south', 'east'];
const FEEDS = ['front', 'all'];
/** Articles come in while each service and each server is killed once, and for a while afterwards. */
const INTAKE_EVERY_MS = 100;

describe('kill -9 of every service and every server in the middle of 200 articles × 5 channels', () => {
  let system: NewsrelaySystem;
  const partners = new Map<string, PartnerReceiver>();
  let articleIds: string[] = [];

  beforeAll(async () => {
    for (const name of PARTNERS) partners.set(name, await PartnerReceiver.start());
    system = await NewsrelaySystem.start();
    for (const [name, partner] of partners) {
      const made = await system.api.createChannel({
        id: name,
        type: 'webhook',
        name,
        settings: { url: partner.url('/push') },
      });
      expect(made.status).toBe(201);
    }
    for (const name of FEEDS) {
      const made = await system.api.createChannel({
        id: name,
        type: 'feed',
        name,
        settings: { title: name, maxItems: 500 },
      });
      expect(made.status).toBe(201);
    }

    const intake = takeIn(system.api, articlesOf('kill', ARTICLES), INTAKE_EVERY_MS);
    for (const service of SERVICES) {
      await delay(800);
      await system.killService(service);
      system.spawnService(service);
      await system.ready([service]);
    }
    for (const server of SERVERS) {
      await delay(800);
      await system.server(server).kill('SIGKILL');
      await system.server(server).restart();
    }
    articleIds = await intake;
  }, 240_000);

  afterAll(async () => {
    await system.stop();
    for (const partner of partners.values()) await partner.stop();
  }, 60_000);

  it('took every article in once', () => {
    expect(new Set(articleIds).size).toBe(ARTICLES);
  });

  it('brings every article to every channel', async () => {
    const expected = ARTICLES * (PARTNERS.length + FEEDS.length);
    const counts = () => system.api.allDeliveries().then((all) => Map.groupBy(all, ({ state }) => state));
    await pollUntil(
      'every delivery is delivered',
      async () => (await counts()).get('delivered')?.length === expected,
      { timeoutMs: 120_000, everyMs: 500 },
    ).catch(async (error: unknown) => {
      const states = [...(await counts())].map(([state, all]) => `${state}: ${all.length}`);
      throw new Error(`${String(error)}; ${states.join(', ')}`);
    });
    for (const [name, partner] of partners) {
      const missing = articleIds.filter((id) => partner.of(id).length === 0);
      expect({ name, missing }).toEqual({ name, missing: [] });
    }
  }, 180_000);

  it('delivers nothing under a second id, and a repeat is the same bytes', () => {
    for (const [name, partner] of partners) {
      const odd = articleIds.filter((id) => {
        const pushes = partner.of(id);
        return (
          new Set(pushes.map((push) => push.webhookId)).size !== 1 ||
          new Set(pushes.map((push) => push.body)).size !== 1
        );
      });
      expect({ name, odd }).toEqual({ name, odd: [] });
      expect(new Set(partner.pushes.map((push) => push.webhookId)).size).toBe(ARTICLES);
      process.stdout.write(`  ${name}: ${partner.pushes.length} pushes for ${ARTICLES} articles\n`);
    }
  });

  it('serves every article once in each feed, newest release first', async () => {
    for (const name of FEEDS) {
      const items = await feedItems(system.api, name);
      expect(items.map(({ id }) => id).sort()).toEqual(articleIds.map((id) => `urn:uuid:${id}`).sort());
    }
    const [front, all] = await Promise.all(FEEDS.map((name) => feedItems(system.api, name)));
    expect(front).toEqual(all);
  });

  it('has an attempt in the ledger for every push that a partner saw', async () => {
    const deliveries = await system.api.allDeliveries();
    const attempts = new Map(
      deliveries.map(({ articleId, channel, attempts: made }) => [`${articleId} ${channel}`, made.length]),
    );
    for (const [name, partner] of partners) {
      for (const id of articleIds) {
        expect(attempts.get(`${id} ${name}`)).toBeGreaterThanOrEqual(partner.of(id).length);
      }
    }
  });
});
