import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { deliveryId, jobId, renditionId, renditionReadyEventId, webhookId } from './keys.js';

const ARTICLE = '6c6a49f2-6c71-43b5-b80a-bff383eb5315';

describe('idempotency keys', () => {
  it('name one thing each: whatever differs makes another key', () => {
    const keys = [
      deliveryId(ARTICLE, 1, 'a', 'publish'),
      deliveryId(randomUUID(), 1, 'a', 'publish'),
      deliveryId(ARTICLE, 2, 'a', 'publish'),
      deliveryId(ARTICLE, 1, 'b', 'publish'),
      deliveryId(ARTICLE, 1, 'a', 'withdraw'),
      // Parts do not run into each other.
      deliveryId(ARTICLE, 11, '1', 'publish'),
      deliveryId(ARTICLE, 1, '11', 'publish'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(deliveryId(ARTICLE, 1, 'a', 'publish')).toBe(keys[0]);
  });

  it('never change from one release to the next: partners remember them', () => {
    const delivery = deliveryId(ARTICLE, 1, 'partner-daily', 'publish');
    expect(delivery).toBe('dlv_2sMGADPwbg2cDHuodVKATq-WbE');
    expect(webhookId(delivery)).toBe(`msg_${delivery.slice(4)}`);
  });

  it('are job ids that BullMQ takes', () => {
    const job = jobId(deliveryId(ARTICLE, 1, 'a', 'publish'));
    expect(job).not.toContain(':');
    expect(job).not.toMatch(/^\d+$/);
  });

  it('of renditions and their announcements depend on all that shapes them', () => {
    expect(renditionId(ARTICLE, 1, 'publish', 'feed', 'x')).not.toBe(
      renditionId(ARTICLE, 1, 'publish', 'feed', 'y'),
    );
    expect(renditionId(ARTICLE, 1, 'publish', 'feed', 'x')).not.toBe(
      renditionId(ARTICLE, 1, 'publish', 'webhook', 'x'),
    );
    expect(renditionReadyEventId('r', ['a', 'b'])).not.toBe(renditionReadyEventId('r', ['a']));
  });
});
