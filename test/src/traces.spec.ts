import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { OtlpReceiver, type ReceivedSpan } from './harness/otlp-receiver.js';
import { PartnerReceiver } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';

const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;

describe('traces', () => {
  let collector: OtlpReceiver;
  let partner: PartnerReceiver;
  let system: NewsrelaySystem;

  beforeAll(async () => {
    collector = await OtlpReceiver.start();
    partner = await PartnerReceiver.start();
    system = await NewsrelaySystem.start({
      services: ['ingest', 'transform', 'publish', 'console'],
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=k%20ey',
        OTEL_BSP_SCHEDULE_DELAY: '100',
      },
    });
    await system.api.createChannel({
      id: 'partner',
      type: 'webhook',
      name: 'P',
      settings: { url: partner.url('/hook?key=secret-in-the-url') },
    });
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await partner.stop();
    await collector.stop();
  }, 60_000);

  /** The spans from the partner's push up to the root. */
  async function wayUpFromPush(articleId: string): Promise<ReceivedSpan[]> {
    const attempt = await pollUntil(
      'the span of the attempt is here',
      () => collector.spans.find(({ attributes }) => isAttemptOf(articleId, attributes)),
      { timeoutMs: 20_000 },
    );
    const push = await pollUntil(
      'the span of the push is here',
      () =>
        collector.spans.find(({ parentSpanId, kind }) => kind === CLIENT && parentSpanId === attempt.spanId),
      { timeoutMs: 10_000 },
    );
    return pollUntil(
      'the trace is whole',
      () => {
        const way: ReceivedSpan[] = [push];
        for (;;) {
          const last = way.at(-1);
          const up = collector.spans.find(({ spanId }) => spanId === last?.parentSpanId);
          if (up === undefined) return way.at(-1)?.kind === SERVER ? way : undefined;
          way.push(up);
        }
      },
      { timeoutMs: 10_000 },
    );
  }

  function isAttemptOf(articleId: string, attributes: ReceivedSpan['attributes']): boolean {
    return attributes['newsrelay.article.id'] === articleId && 'newsrelay.delivery.id' in attributes;
  }

  it('connect the POST with the push to the partner', async () => {
    const { id } = (await system.api.post(sampleArticle())).body;
    const way = await wayUpFromPush(id);

    expect(way.map(({ service, kind, name }) => [service, kind, name])).toEqual([
      ['newsrelay-publish', CLIENT, 'POST'],
      ['newsrelay-publish', INTERNAL, 'deliver'],
      ['newsrelay-publish', CONSUMER, 'process newsrelay.rendition.ready'],
      ['newsrelay-transform', PRODUCER, 'send newsrelay.rendition.ready'],
      ['newsrelay-transform', CONSUMER, 'process newsrelay.article.released'],
      ['newsrelay-ingest', PRODUCER, 'send newsrelay.article.released'],
      ['newsrelay-ingest', SERVER, 'POST /api/v1/articles'],
    ]);
    expect(new Set(way.map(({ traceId }) => traceId)).size).toBe(1);
    expect(way.at(-1)?.parentSpanId).toBe('');
    expect(way.every(({ status }) => status !== 2)).toBe(true);

    const [push, attempt] = way;
    expect(attempt?.attributes).toMatchObject({
      'newsrelay.article.version': 1,
      'newsrelay.channel.id': 'partner',
      'newsrelay.channel.type': 'webhook',
      'newsrelay.attempt.number': 1,
      'newsrelay.attempt.outcome': 'delivered',
      'newsrelay.delivery.state': 'delivered',
    });
    expect(push?.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
    });
    expect(way.at(-1)?.attributes).toMatchObject({
      'http.route': '/api/v1/articles',
      'http.response.status_code': 202,
      'newsrelay.article.id': id,
    });
    expect(collector.headers[0]).toMatchObject({ 'x-collector-key': 'k ey' });

    // Nobody outside is told of it, nor the collector of what an outlet's address holds.
    expect(Object.keys(partner.of(id)[0]?.headers ?? {})).not.toContain('traceparent');
    expect(JSON.stringify(collector.spans)).not.toContain('secret-in-the-url');
    const line = readFileSync(system.logOf('publish'), 'utf8')
      .split('\n')
      .find((text) => text.includes(id) && text.includes('"msg":"attempt"'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ trace_id: push?.traceId, span_id: attempt?.spanId });
  }, 60_000);

  it("continue the trace of a caller who has a key, and of nobody else's", async () => {
    const traceId = 'a'.repeat(32);
    const headers = { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` };
    const answer = await system.api.call<{ id: string }>('ingest', 'POST', '/api/v1/articles', {
      json: sampleArticle(),
      headers,
    });
    const way = await wayUpFromPush(answer.body.id);
    expect(way.every((span) => span.traceId === traceId)).toBe(true);
    expect(way.at(-1)?.parentSpanId).toBe('b'.repeat(16));

    const before = collector.spans.length;
    const strangers = { traceparent: `00-${'c'.repeat(32)}-${'b'.repeat(16)}-01` };
    await system.api.call('ingest', 'GET', '/api/v1/articles', { key: null, headers: strangers });
    await system.api.call('ingest', 'GET', '/health/live', { key: null, headers: strangers });
    await system.api.call('ingest', 'GET', '/api/v1/articles');
    await pollUntil(
      'a later span is here',
      () => collector.spans.slice(before).some(({ name }) => name === 'GET /api/v1/articles'),
      { timeoutMs: 10_000 },
    );
    expect(collector.spans.some((span) => span.traceId === 'c'.repeat(32))).toBe(false);
    expect(collector.spans.some(({ name }) => name.includes('/health'))).toBe(false);
  }, 60_000);

  it('show a withdrawal as a trace of its own', async () => {
    const { id } = (await system.api.post(sampleArticle())).body;
    await wayUpFromPush(id);
    await system.api.withdraw(id);
    const withdrawal = await pollUntil(
      'the withdrawal is traced',
      () =>
        collector.spans.find(
          ({ attributes, name }) =>
            isAttemptOf(id, attributes) &&
            name === 'deliver' &&
            attributes['newsrelay.delivery.action'] === 'withdraw',
        ),
      { timeoutMs: 20_000 },
    );
    const order = await pollUntil(
      'the trace is whole',
      () => collector.spans.find(({ traceId, kind }) => traceId === withdrawal.traceId && kind === SERVER),
      { timeoutMs: 10_000 },
    );
    expect(order.name).toBe('POST /api/v1/articles/:id/withdraw');
  }, 60_000);

  it('go on without a collector', async () => {
    await collector.stop();
    const { id } = (await system.api.post(sampleArticle())).body;
    await pollUntil('the partner has it', () => partner.of(id).length === 1, { timeoutMs: 20_000 });
    expect(partner.of(id)).toHaveLength(1);
  }, 60_000);
});
