import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Agent, request } from 'undici';
import type { Page } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { PartnerPaths } from './harness/partner-paths.js';
import { sampleArticle } from './harness/sample-article.js';
import { Subscriber } from './harness/subscriber.js';

/** A host that confirms whatever it is asked, if it answers questions at all, and never answers a push. */
class HostileHost {
  questions = 0;
  pushes = 0;
  atOnce = 0;
  mostAtOnce = 0;
  readonly #server: Server;

  private constructor(
    private readonly host: string,
    confirms: boolean,
  ) {
    this.#server = createServer((incoming, response) => {
      incoming.resume();
      this.atOnce += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
      response.on('close', () => {
        this.atOnce -= 1;
      });
      const isQuestion = incoming.method === 'GET';
      if (isQuestion) this.questions += 1;
      else this.pushes += 1;
      if (!isQuestion || !confirms) return;
      response.end(new URL(incoming.url ?? '/', 'http://h').searchParams.get('hub.challenge') ?? '');
    });
  }

  static async start(host: string, confirms: boolean): Promise<HostileHost> {
    const hostile = new HostileHost(host, confirms);
    await new Promise<void>((resolve) => hostile.#server.listen(0, host, resolve));
    return hostile;
  }

  url(path: string): string {
    return `http://${this.host}:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('the hub under abuse', () => {
  let system: NewsrelaySystem;
  let subscriber: Subscriber;
  let partner: PartnerPaths;
  let silent: HostileHost;
  let tarpit: HostileHost;
  const agent = new Agent({ connections: 32 });

  beforeAll(async () => {
    [subscriber, partner, silent, tarpit] = await Promise.all([
      Subscriber.start(),
      PartnerPaths.start(),
      HostileHost.start('127.0.0.2', false),
      HostileHost.start('127.0.0.3', true),
    ]);
    system = await NewsrelaySystem.start({
      // So that requests come from as many addresses as they say.
      environment: { NEWSRELAY_TRUSTED_PROXIES: '127.0.0.0/8' },
    });
    for (const [id, type, settings] of [
      ['feed', 'feed', { title: '要闻' }],
      ['partner', 'webhook', { url: partner.receiver.url('/partner') }],
    ] as const)
      expect((await system.api.createChannel({ id, type, name: id, settings })).status).toBe(201);
  }, 120_000);
  afterAll(async () => {
    await agent.destroy();
    await system.stop();
    await Promise.all([subscriber.stop(), partner.receiver.stop(), silent.stop(), tarpit.stop()]);
  }, 60_000);

  const topic = () => `${system.urlOf('feeds')}/feeds/feed.atom`;

  async function subscribe(callback: string, from: string): Promise<{ status: number; text: string }> {
    const answer = await request(`${system.urlOf('feeds')}/hub`, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': from },
      body: new URLSearchParams({
        'hub.mode': 'subscribe',
        'hub.topic': topic(),
        'hub.callback': callback,
      }).toString(),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  async function subscriptionsAt(host: string): Promise<number> {
    const answer = await system.api.call<Page<unknown>>(
      'console',
      'GET',
      `/api/v1/hub/subscriptions?state=active&limit=500&host=${host}`,
    );
    return answer.body.items.length;
  }

  /** All of them, so many at once; how often each status was answered. */
  async function flood(count: number, send: (number: number) => Promise<{ status: number }>) {
    const statuses: Record<number, number> = {};
    let next = 0;
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        while (next < count) {
          const { status } = await send(next++);
          statuses[status] = (statuses[status] ?? 0) + 1;
        }
      }),
    );
    return statuses;
  }

  /** Everybody who is entitled to the article gets it while whatever goes on goes on. */
  async function arrives(headline: string): Promise<void> {
    const taken = await system.api.post(sampleArticle({ headline }));
    expect(taken.status).toBe(202);
    await pollUntil(
      'at the partner',
      () => Promise.resolve(partner.at('/partner', taken.body.id).length > 0),
      { timeoutMs: 15_000 },
    );
    await subscriber.pushWith('/good', headline);
  }

  it('takes ten thousand subscriptions for one host for what they are, and calls it no more than a little', async () => {
    expect((await subscribe(subscriber.url('/good'), '198.51.100.1')).status).toBe(202);
    await pollUntil('the good one stands', async () => (await subscriptionsAt('127.0.0.1')) === 1, {
      timeoutMs: 15_000,
    });
    const startedAt = performance.now();
    const flooding = flood(10_000, (number) =>
      subscribe(silent.url(`/${number}`), `203.0.113.${number % 250}`),
    );
    await arrives('洪水之中');
    const statuses = await flooding;
    const seconds = (performance.now() - startedAt) / 1000;
    expect(Object.keys(statuses).sort()).toEqual(['202', '429']);
    // A hundred wait at once; those that were given up made room for others.
    expect(statuses[202]).toBeLessThan(100 + 40 + silent.questions);
    expect(silent.questions).toBeLessThanOrEqual(60 + Math.ceil(seconds) + 5);
    expect(silent.mostAtOnce).toBeLessThanOrEqual(4);
    const refused = await subscribe(silent.url('/more'), '198.51.100.2');
    expect(refused).toMatchObject({ status: 429, text: expect.stringMatching(/wait to be verified/) });
    // Others are verified meanwhile.
    expect((await subscribe(subscriber.url('/other'), '198.51.100.3')).status).toBe(202);
    await pollUntil('the other one stands', async () => (await subscriptionsAt('127.0.0.1')) === 2, {
      timeoutMs: 15_000,
    });
  }, 120_000);

  it('refuses one address that asks too much, and says when it may come again', async () => {
    const statuses = await flood(1_000, (number) => subscribe(`not a url ${number}`, '198.51.100.9'));
    expect(Object.keys(statuses).sort()).toEqual(['400', '429']);
    expect(statuses[400]).toBeLessThan(400);
  }, 60_000);

  it('pushes to callbacks that never answer, and nobody else waits for them', async () => {
    const statuses = await flood(50, (number) => subscribe(tarpit.url(`/${number}`), '198.51.100.4'));
    expect(statuses).toEqual({ 202: 50 });
    await pollUntil('all fifty stand', async () => (await subscriptionsAt('127.0.0.3')) === 50, {
      timeoutMs: 30_000,
    });
    await arrives('第一批');
    await pollUntil('they hang', () => Promise.resolve(tarpit.atOnce >= 30), { timeoutMs: 15_000 });
    const startedAt = performance.now();
    await arrives('第二批');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(tarpit.mostAtOnce).toBeLessThanOrEqual(64);
    const events = await system.api.call<Page<{ kind: string; subject: string }>>(
      'console',
      'GET',
      '/api/v1/operator-events?limit=500',
    );
    expect(events.body.items.filter(({ subject }) => subject.startsWith('hub-'))).toEqual([]);
  }, 120_000);
});
