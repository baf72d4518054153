import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { PartnerReceiver, type Push } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';

const SLOW_CHANNELS = 50;
const HEALTHY_CHANNELS = 10;
const ARTICLES = 100;
const AT_ONCE = 8;
const WAIT = { timeoutMs: 120_000 };

describe('five thousand deliveries that wait for an outlet which never answers', () => {
  let system: NewsrelaySystem;
  let healthy: PartnerReceiver;
  let hanging: PartnerReceiver;

  beforeAll(async () => {
    healthy = await PartnerReceiver.start();
    hanging = await PartnerReceiver.start();
    hanging.behaviour = () => undefined;
    system = await NewsrelaySystem.start();
    const channel = (id: string, url: string) =>
      system.api.call('console', 'POST', '/api/v1/channels', {
        json: { id, type: 'webhook', name: id, settings: { url } },
      });
    for (let each = 0; each < SLOW_CHANNELS; each += 1)
      expect((await channel(`slow-${each}`, hanging.url(`/${each}`))).status).toBe(201);
    for (let each = 0; each < HEALTHY_CHANNELS; each += 1)
      expect((await channel(`healthy-${each}`, healthy.url(`/${each}`))).status).toBe(201);
  }, 180_000);

  afterAll(async () => {
    await system.stop();
    await Promise.all([healthy.stop(), hanging.stop()]);
  }, 60_000);

  const ofType = (type: string, pushes: readonly Push[]) => pushes.filter(({ event }) => event.type === type);
  const waiting = async () => {
    const [row] = await system.queryLedger<{ count: number }>(
      `select count(*)::int as count from deliveries where channel_id like 'slow-%' and state in ('queued', 'retrying', 'sending')`,
    );
    return row?.count ?? 0;
  };

  it('keep nothing from the others: neither articles nor a withdrawal', async () => {
    const ids: string[] = [];
    let next = 0;
    const post = async () => {
      while (next < ARTICLES) {
        next += 1;
        ids.push((await system.api.post(sampleArticle())).body.id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, post));
    await pollUntil(
      'every article at every healthy outlet',
      () => ofType('article.published', healthy.pushes).length >= ARTICLES * HEALTHY_CHANNELS,
      WAIT,
    );
    await pollUntil('the backlog', async () => (await waiting()) === ARTICLES * SLOW_CHANNELS, WAIT);

    const [withdrawn = ''] = ids;
    const from = performance.now();
    expect(
      (
        await system.api.call('ingest', 'POST', `/api/v1/articles/${withdrawn}/withdraw`, {
          json: { reason: '测试' },
        })
      ).status,
    ).toBe(202);
    const answered = performance.now();
    await pollUntil(
      'the withdrawal at every healthy outlet',
      () => ofType('article.withdrawn', healthy.of(withdrawn)).length === HEALTHY_CHANNELS,
      { timeoutMs: 30_000, everyMs: 10 },
    );
    const took = performance.now() - answered;
    // What it overtook still waits: but for the withdrawn article, all of it.
    expect(await waiting()).toBeGreaterThanOrEqual((ARTICLES - 1) * SLOW_CHANNELS);
    process.stdout.write(
      `  the withdrawal was answered after ${Math.round(answered - from)} ms and everywhere ${Math.round(took)} ms later\n`,
    );
    // Each article once, and nothing of the withdrawn one after the order was answered.
    const published = ofType('article.published', healthy.pushes);
    expect(new Set(published.map(({ webhookId }) => webhookId)).size).toBe(published.length);
    expect(published.filter(({ at }) => at > answered)).toEqual([]);
  }, 300_000);
});
