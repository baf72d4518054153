import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { NewsrelaySystem, SERVICES, type ServiceName } from './harness/newsrelay-system.js';
import { PartnerReceiver, accept } from './harness/partner-receiver.js';
import { answering, inTurn } from './harness/partner-paths.js';
import { sampleArticle } from './harness/sample-article.js';

/** Samples of one metric whose labels have these values. */
function samplesOf(text: string, name: string, labels: Record<string, string> = {}): number[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
}

/** Writes to a process's log what it loads of OpenTelemetry. */
const SAY_LOADS = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      const [, name] = url.split('/node_modules/@opentelemetry/');
      if (name !== undefined) process.stderr.write('loads ' + name.split('/')[0] + String.fromCharCode(10));
      return next(url, context);
    },
  });
`)}`;

describe('metrics', () => {
  let partner: PartnerReceiver;
  let system: NewsrelaySystem;

  beforeAll(async () => {
    partner = await PartnerReceiver.start();
    system = await NewsrelaySystem.start({ environment: { NODE_OPTIONS: `--import=${SAY_LOADS}` } });
    await system.api.createChannel({
      id: 'partner',
      type: 'webhook',
      name: 'P',
      settings: { url: partner.url() },
    });
    const settings = { title: 'F', description: 'F', language: 'zh-CN', maxItems: 10, content: 'full' };
    await system.api.createChannel({ id: 'feed', type: 'feed', name: 'F', settings });
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await partner.stop();
  }, 60_000);

  const scrape = async (service: ServiceName) => {
    const headers = { authorization: `Bearer ${system.adminKey}` };
    return (await fetch(`${system.urlOf(service)}/metrics`, { headers })).text();
  };
  const sum = async (service: ServiceName, name: string, labels: Record<string, string> = {}) =>
    samplesOf(await scrape(service), name, labels).reduce((total, value) => total + value, 0);

  it('count an article on its way, in the process where it happens', async () => {
    partner.behaviour = inTurn(answering(503), accept);
    const { id } = (await system.api.post(sampleArticle())).body;
    await pollUntil(
      'every outlet has it',
      async () =>
        (await system.api.deliveriesOf(id)).filter(({ state }) => state === 'delivered').length === 2,
      { timeoutMs: 20_000 },
    );
    expect(await sum('ingest', 'newsrelay_articles_taken_total', { state: 'published' })).toBe(1);
    expect(await sum('ingest', 'newsrelay_outbox_published_total')).toBe(1);
    expect(await sum('transform', 'newsrelay_renditions_total', { result: 'made' })).toBe(2);
    expect(await sum('transform', 'newsrelay_events_total', { settled: 'acked' })).toBe(1);
    const publish = await scrape('publish');
    const attempts = (outcome: string) =>
      samplesOf(publish, 'newsrelay_attempts_total', { channel: 'partner', type: 'webhook', outcome });
    expect(attempts('transient')).toEqual([1]);
    expect(attempts('delivered')).toEqual([1]);
    expect(samplesOf(publish, 'newsrelay_attempt_duration_seconds_count', { type: 'webhook' })).toEqual([2]);
    // A retry, so that arrival is later than one turn takes.
    const arrived = { type: 'webhook', action: 'publish' };
    expect(samplesOf(publish, 'newsrelay_release_to_delivered_seconds_count', arrived)).toEqual([1]);
    const feed = { type: 'feed', action: 'publish' };
    expect(await sum('feeds', 'newsrelay_release_to_delivered_seconds_count', feed)).toBe(1);
    expect(await sum('feeds', 'newsrelay_release_to_delivered_seconds_sum', feed)).toBeLessThan(20);
  }, 60_000);

  it('show what the ledger and the queues hold', async () => {
    await pollUntil(
      'a scrape with both deliveries',
      async () => (await sum('console', 'newsrelay_deliveries', { state: 'delivered' })) >= 2,
      { timeoutMs: 10_000 },
    );
    const text = await scrape('console');
    const paused = await system.api.call('console', 'POST', '/api/v1/channels/partner/pause', { json: {} });
    expect(paused.status).toBe(200);
    expect(samplesOf(text, 'newsrelay_reading_success')).toEqual([1, 1, 1, 1, 1]);
    expect(samplesOf(text, 'newsrelay_service_instances')).toEqual([1, 1, 1, 1, 1]);
    expect(samplesOf(text, 'newsrelay_queue_jobs')).toHaveLength(12);
    expect(samplesOf(text, 'newsrelay_channel_last_success_age_seconds')).toHaveLength(2);
    expect(samplesOf(text, 'newsrelay_outbox_events')).toEqual([0]);
    await system.api.post(sampleArticle());
    const waiting = { channel: 'partner', type: 'webhook', state: 'queued' };
    await pollUntil(
      'the pause and what waits for it are shown',
      async () => {
        const now = await scrape('console');
        return (
          samplesOf(now, 'newsrelay_channel_paused', { channel: 'partner' })[0] === 1 &&
          samplesOf(now, 'newsrelay_channel_open_deliveries', waiting)[0] === 1
        );
      },
      { timeoutMs: 15_000 },
    );
  }, 60_000);

  it('need no tracing: without a receiver of traces nothing of the SDK is loaded', () => {
    for (const service of SERVICES) {
      const loaded = readFileSync(system.logOf(service), 'utf8').matchAll(/^loads (\S+)$/gm);
      expect([...new Set([...loaded].map((match) => match[1]))]).toEqual(['api']);
    }
  });

  it('know routes by their templates: what callers make up is no label', async () => {
    const made = 'made-up-by-a-caller';
    for (const path of [`/${made}`, `/feeds/${made}.rss`, `/articles/${made}`, `/feeds/feed.json?x=${made}`])
      await system.api.call('feeds', 'GET', path, { key: null });
    await system.api.call('console', 'GET', `/api/v1/channels/${made}`);
    for (const service of SERVICES) expect(await scrape(service)).not.toContain(made);
    const requests = (labels: Record<string, string>) =>
      sum('feeds', 'newsrelay_http_request_duration_seconds_count', labels);
    expect(await requests({ route: '/feeds/:file', status: '200' })).toBe(1);
    expect(await requests({ route: '/articles/:id', status: '404' })).toBe(1);
    expect(await requests({ route: '(none)' })).toBe(1);
  }, 60_000);
});
