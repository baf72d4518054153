import { describe, expect, it } from '@jest/globals';
import { HubRefused, LEASE_SECONDS, readHubForm } from './hub-form.js';

const form = (fields: Record<string, string>) =>
  new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.topic': 'https://news.example/feeds/yaowen.atom',
    'hub.callback': 'https://partner.example/push?a=b%20c',
    ...fields,
  }).toString();

function refusalOf(body: string): HubRefused {
  try {
    readHubForm(body);
  } catch (error) {
    if (error instanceof HubRefused) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a body of POST /hub', () => {
  it('is read as it is spelt, unknown parameters aside', () => {
    expect(readHubForm(form({ 'hub.verify': 'sync', other: 'x', 'hub.secret': 's' }))).toEqual({
      mode: 'subscribe',
      topic: 'https://news.example/feeds/yaowen.atom',
      callback: 'https://partner.example/push?a=b%20c',
      callbackHost: 'partner.example',
      secret: 's',
      leaseSeconds: LEASE_SECONDS.byDefault,
    });
  });

  it('has no secret and no lease to speak of where it ends a subscription', () => {
    expect(
      readHubForm(
        form({ 'hub.mode': 'unsubscribe', 'hub.secret': 'x'.repeat(500), 'hub.lease_seconds': '-1' }),
      ),
    ).toMatchObject({ mode: 'unsubscribe', secret: null });
  });

  it('keeps leases within bounds', () => {
    expect(readHubForm(form({ 'hub.lease_seconds': '1' }))).toMatchObject({ leaseSeconds: 1 });
    expect(readHubForm(form({ 'hub.lease_seconds': '9'.repeat(20) }))).toMatchObject({
      leaseSeconds: LEASE_SECONDS.most,
    });
    for (const wrong of ['0', '00', '-1', '1.5', '1e3', 'ten', ' 5', '9'.repeat(21)])
      expect(refusalOf(form({ 'hub.lease_seconds': wrong })).status).toBe(400);
  });

  it('takes secrets of less than 200 bytes', () => {
    expect(readHubForm(form({ 'hub.secret': '密'.repeat(66) }))).toMatchObject({ secret: '密'.repeat(66) });
    expect(refusalOf(form({ 'hub.secret': `${'密'.repeat(66)}ab` })).message).toMatch(/200 bytes/);
    expect(readHubForm(form({ 'hub.secret': '' }))).toMatchObject({ secret: null });
  });

  it.each([
    'x',
    '/push',
    'https:/partner.example/',
    'https:partner.example',
    'https://',
    'ftp://partner.example/',
    'javascript:alert(1)',
    'https://partner.example/#',
    'https://partner.example/a b',
    'https://partner.example/\u0000',
    'https://partner.example/\n',
    'https://user@partner.example/',
    `https://partner.example/${'x'.repeat(2048)}`,
  ])('refuses the callback %j', (callback) => {
    expect(refusalOf(form({ 'hub.callback': callback }))).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^hub\.callback /),
    });
  });

  it('names up to a hundred topics in a ping', () => {
    const topics = (count: number) =>
      `hub.mode=publish${'&hub.url=https%3A%2F%2Fnews.example%2F'.repeat(count)}`;
    expect(readHubForm(topics(100))).toMatchObject({ mode: 'publish' });
    expect(refusalOf(topics(101)).status).toBe(400);
    expect(refusalOf(topics(0)).status).toBe(400);
  });
});
