import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { NewsrelaySystem, statusOf } from './harness/newsrelay-system.js';
import { accept, PartnerReceiver } from './harness/partner-receiver.js';

describe('a sender that is suspended in the middle of a request, past its lease', () => {
  let system: NewsrelaySystem;
  let partner: PartnerReceiver;
  beforeAll(async () => {
    partner = await PartnerReceiver.start();
    system = await NewsrelaySystem.start();
    await system.api.createChannel({
      id: 'partner',
      type: 'webhook',
      name: 'P',
      settings: { url: partner.url() },
    });
  }, 120_000);
  afterAll(async () => {
    await system.killService('publish', 'SIGCONT');
    await system.stop();
    await partner.stop();
  }, 60_000);

  it('is replaced by another one, and what it writes on waking up counts for nothing', async () => {
    const held: ServerResponse[] = [];
    partner.behaviour = (_push, response) => {
      held.push(response);
    };
    const { id } = (await system.api.post({ source: 's', sourceId: '1', headline: '标题', body: ['正文'] }))
      .body;
    await pollUntil('the first request arrives', () => held.length === 1, { timeoutMs: 20_000 });
    await system.killService('publish', 'SIGSTOP');

    partner.behaviour = accept;
    const second = await system.spawnBeside('publish');
    await pollUntil(
      'the second sender is ready',
      async () => (await statusOf(`${second.url}/health/ready`)) === 200,
      { timeoutMs: 30_000 },
    );
    const [delivery] = await pollUntil(
      'the second sender delivers',
      async () => {
        const all = await system.api.deliveriesOf(id);
        return all[0]?.state === 'delivered' && all;
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
    expect(delivery?.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'delivered']);
    const [first, again] = partner.of(id);
    expect(again?.webhookId).toBe(first?.webhookId);
    expect(again?.body).toBe(first?.body);

    // The sleeper wakes up to a refusal that would have ended the delivery.
    held[0]?.writeHead(400).end('no');
    await system.killService('publish', 'SIGCONT');
    await pollUntil(
      'the sleeper is back',
      async () => (await statusOf(`${system.urlOf('publish')}/health/ready`)) === 200,
      { timeoutMs: 20_000 },
    );
    const { id: next } = (
      await system.api.post({ source: 's', sourceId: '2', headline: '标题二', body: ['正文'] })
    ).body;
    await pollUntil('work goes on', () => partner.of(next).length === 1, { timeoutMs: 20_000 });
    const [after] = await system.api.deliveriesOf(id);
    expect(after).toEqual(delivery);
    expect(partner.of(id)).toHaveLength(2);
  }, 150_000);
});
