import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFeedToken } from '@newsrelay/ledger/feed-tokens';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { FeedsInstance, renderFeedItem } from '../feeds-instance.fixture.js';

const CHANNEL = 'partners-only';
/** Everything that shows what a channel holds. */
const ADDRESSES = [
  '.rss',
  '.atom',
  '.json',
  '/google.xml',
  '/archive/1.rss',
  '/archive/1.atom',
  '/archive/1.json',
  '/changes',
  '/withdrawals.json',
];
/** As a browser says it when a person opens an address. */
const OPENED = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };

describe('what a protected channel shows', () => {
  let test: TestLedger;
  let feeds: FeedsInstance;
  const token = `nrf_${randomBytes(32).toString('base64url')}`;
  const other = `nrf_${randomBytes(32).toString('base64url')}`;

  beforeAll(async () => {
    test = await openTestLedger();
    feeds = await FeedsInstance.start(test.server.url);
    const newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'feed', render: renderFeedItem });
    const settings = { title: '内部', access: 'token', maxItems: 1, editions: ['google'] };
    await newsroom.addChannel(CHANNEL, settings);
    await newsroom.addChannel('another', settings);
    for (const [channelId, given] of [
      [CHANNEL, token],
      ['another', other],
    ] as const) {
      await test.ledger.transaction().execute((tx) =>
        createFeedToken(tx, {
          ...{ id: randomUUID(), name: '合作方', token: given, channelId },
          ...{ expiresAt: null, createdBy: { id: 'k', name: 'k' } },
        }),
      );
    }
    for (const headline of ['第一条机密', '第二条机密']) {
      const { articleId } = await newsroom.publish([CHANNEL], { headline });
      await pollUntil(
        'served',
        async () => (await newsroom.states(articleId, CHANNEL)).every((state) => state === 'delivered'),
        { timeoutMs: 10_000 },
      );
    }
  }, 120_000);
  afterAll(async () => {
    await feeds.process.stop();
    await test.close();
  }, 60_000);

  it.each(ADDRESSES)('%s is for whoever has a token of it, and for no shared cache', async (address) => {
    const bearer = (given: string) => ({ authorization: `Bearer ${given}` });
    const path = `/feeds/${CHANNEL}${address}`;
    const allowed = await feeds.get(path, bearer(token));
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('cache-control')).toMatch(/private|no-store/);
    expect((await feeds.get(`/feeds/${token}/${CHANNEL}${address}`)).status).toBe(200);

    // One wrong token each: after ten from one address it would be told to wait (429).
    for (const headers of [{}, OPENED, bearer(other)]) {
      const refused = await feeds.get(path, headers);
      expect({ headers, status: refused.status }).toEqual({ headers, status: 401 });
      expect(await refused.text()).not.toContain('机密');
    }
    const etag = allowed.headers.get('etag');
    if (etag !== null) expect((await feeds.get(path, { 'if-none-match': etag })).status).toBe(401);
  });
});
