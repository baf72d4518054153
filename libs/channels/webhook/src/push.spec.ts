import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { Webhook } from 'standardwebhooks';
import {
  hostileArticle,
  ordinaryArticle,
  sparseArticle,
  withdrawnArticle,
} from '@newsrelay/channel-kit/contract-suite-articles';
import type { DeliveryFacts } from '@newsrelay/channel-kit/connector';
import type { ReleasedArticle } from '@newsrelay/channel-kit/rendition';
import { readSigningSecret, signedHeaders } from '@newsrelay/channel-kit/standard-webhooks';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { webhookConnector } from './connector.js';

const { formatter, publisher, manifest } = webhookConnector;
const settings = { url: 'https://partner.example/hook' };
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');

function facts(changes: Partial<DeliveryFacts> = {}): DeliveryFacts {
  return {
    articleId: ordinaryArticle().id,
    version: 2,
    action: 'publish',
    previousVersion: 1,
    sequence: 3,
    eventAt: new Date('2025-01-03T01:00:00.123Z'),
    note: '更正：第二段的日期',
    ...changes,
  };
}

function push(article: ReleasedArticle, changes: Partial<DeliveryFacts> = {}): string {
  const draft = { article, fitted: { headline: article.headline, cut: false } };
  return publisher.compose(formatter.render(draft, settings), facts(changes));
}

function withdrawal(): string {
  const rendition = formatter.renderWithdrawal(withdrawnArticle(), settings);
  const eventAt = withdrawnArticle().withdrawnAt;
  return publisher.compose(rendition, facts({ action: 'withdraw', eventAt, sequence: 4, note: null }));
}

interface Push {
  type: string;
  timestamp: string;
  data: { article: Record<string, unknown>; [name: string]: unknown };
}
const read = (body: string) => JSON.parse(body) as Push;

describe('the body of a push', () => {
  // The frozen bytes of a delivery are compared at each attempt: what changes here changes what partners receive.
  it.each([
    ['article.golden', () => push(ordinaryArticle())],
    ['sparse-article.golden', () => push(sparseArticle(), { version: 1, previousVersion: null, note: null })],
    ['hostile-article.golden', () => push(hostileArticle())],
    ['withdrawal.golden', withdrawal],
  ])('is %s, byte for byte', (name, body) => {
    expect(body() + '\n').toBe(fixture(name));
  });

  it('holds to its schema, which is no wider than ninjs 3.1', () => {
    const ajv = new Ajv2020({ allErrors: true });
    formats.default(ajv);
    const validate = ajv.compile(JSON.parse(fixture('partner-push.schema.json')) as object);
    const bodies = [push(ordinaryArticle()), push(sparseArticle()), push(hostileArticle()), withdrawal()];
    for (const body of bodies) {
      validate(JSON.parse(body));
      expect(validate.errors).toBeNull();
    }
    const broken = read(bodies[0] ?? '');
    delete broken.data.article['uri'];
    expect(validate(broken)).toBe(false);
    const talkative = read(withdrawal());
    talkative.data.article['headlines'] = [{ role: 'main', value: 'x' }];
    expect(validate(talkative)).toBe(false);
  });

  it('is published if nothing was begun before, else updated', () => {
    expect(read(push(ordinaryArticle(), { previousVersion: null })).type).toBe('article.published');
    expect(read(push(ordinaryArticle(), { previousVersion: 1 })).type).toBe('article.updated');
    expect(read(withdrawal()).type).toBe('article.withdrawn');
  });

  it('gives the event its time, and versions their numbers', () => {
    expect(read(push(ordinaryArticle()))).toMatchObject({
      timestamp: '2025-01-03T09:00:00.123+08:00',
      data: { version: 2, previousVersion: 1, sequence: 3, note: '更正：第二段的日期' },
    });
  });

  it('of a withdrawal has four properties of the article', () => {
    expect(read(withdrawal()).data.article).toEqual({
      uri: 'urn:uuid:019400aa-0000-7000-8000-000000000001',
      version: '2',
      versionCreated: '2025-01-04T10:00:00+08:00',
      pubStatus: 'canceled',
    });
  });

  it('begins with the full headline where it had to be cut', () => {
    const draft = { article: ordinaryArticle(), fitted: { headline: '短题…', cut: true } };
    const { headlines, bodies } = formatter.render(draft, settings) as Record<string, { value: string }[]>;
    expect(headlines?.[0]?.value).toBe('短题…');
    expect(bodies?.[0]?.value.split('\n\n')[0]).toBe(draft.article.headline);
    expect(bodies?.[1]?.value.split('\n')[0]).toBe(`<p>${draft.article.headline}</p>`);
  });

  it('keeps sanitised HTML as it came', () => {
    const bodyHtml = '<p>第一<b>段</b></p>\n<h2>小标题</h2>';
    expect(read(push({ ...ordinaryArticle(), bodyHtml })).data.article['bodies']).toContainEqual({
      role: 'html',
      contentType: 'text/html',
      value: bodyHtml,
    });
  });
});

describe('the signature', () => {
  const secret = `whsec_${Buffer.from('0123456789abcdefghijklmn').toString('base64')}`;
  const received: { headers: IncomingHttpHeaders; bytes: Buffer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, bytes: Buffer.concat(chunks) });
      response.writeHead(204).end();
    });
  });
  const client = new GuardedHttp({ allowTargets: ['127.0.0.1'] });

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    await client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const io = (now: Date) => ({
    now,
    http: client.bind({
      signal: new AbortController().signal,
      deadlineMs: 5000,
      beforeFirstByte: () => undefined,
    }),
  });
  const target = () => ({
    channelId: 'partner-daily',
    settings: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?x=1` },
    secrets: { signingSecret: secret },
  });

  it('of the bytes a partner receives is verified by an independent library', async () => {
    received.length = 0;
    const body = push(hostileArticle());
    const message = {
      key: 'msg_abcdefghijklmnopqrstuvwxyz',
      action: 'publish',
      body,
      remoteIds: [],
    } as const;
    const now = new Date();
    const later = new Date(now.getTime() + 5000);
    for (const at of [now, later]) {
      expect(await publisher.publish(message, target(), io(at))).toMatchObject({
        outcome: 'delivered',
        status: 204,
      });
    }
    const [first, second] = received;
    if (first === undefined || second === undefined) throw new Error('two requests were expected');
    for (const { headers, bytes } of [first, second]) {
      const verified = new Webhook(secret).verify(bytes, headers as Record<string, string>);
      expect(verified).toEqual(JSON.parse(body));
      expect(bytes.equals(Buffer.from(body, 'utf8'))).toBe(true);
      expect(headers['webhook-id']).toBe(message.key);
      expect(headers['content-type']).toBe('application/json');
    }
    expect(Number(first.headers['webhook-timestamp'])).toBe(Math.floor(now.getTime() / 1000));
    expect(Number(second.headers['webhook-timestamp'])).toBe(Math.floor(later.getTime() / 1000));
    expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);

    const tampered = Buffer.from(first.bytes.toString('utf8').replace('"version":2', '"version":3'), 'utf8');
    expect(() => new Webhook(secret).verify(tampered, first.headers as Record<string, string>)).toThrow();
    const other = manifest.generateSecrets?.()['signingSecret'] ?? '';
    expect(() => new Webhook(other).verify(first.bytes, first.headers as Record<string, string>)).toThrow();
  });

  it('of a check is verified as well, and each check has an id of its own', async () => {
    received.length = 0;
    for (let check = 0; check < 2; check += 1) await publisher.check(target(), io(new Date()));
    const events = received.map(({ headers, bytes }) =>
      new Webhook(secret).verify(bytes, headers as Record<string, string>),
    );
    expect(events).toMatchObject([
      { type: 'channel.test', data: { channel: 'partner-daily' } },
      { type: 'channel.test', data: { channel: 'partner-daily' } },
    ]);
    expect(received[0]?.headers['webhook-id']).not.toBe(received[1]?.headers['webhook-id']);
  });

  it('is what the library itself makes', () => {
    const at = new Date('2025-01-03T01:00:00.900Z');
    const body = '{"正文":"😀"}';
    expect(signedHeaders(secret, 'msg_1', at, body)['webhook-signature']).toBe(
      new Webhook(secret).sign('msg_1', at, body),
    );
  });

  it.each([
    ['no prefix', Buffer.alloc(32).toString('base64')],
    ['another prefix', `whsk_${Buffer.alloc(32).toString('base64')}`],
    ['too short', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['too long', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['no base64', 'whsec_这不是密钥这不是密钥这不是密钥'],
    ['base64url', `whsec_${Buffer.alloc(33, 0xff).toString('base64url')}`],
    ['a line break', `whsec_${Buffer.alloc(32).toString('base64')}\r\nx: y`],
    ['the mask', '********'],
    ['nothing', ''],
  ])('refuses a secret with %s', (_what, text) => {
    expect(readSigningSecret(text)).toBeNull();
    expect(manifest.secrets.safeParse({ signingSecret: text }).success).toBe(false);
    expect(() => signedHeaders(text, 'msg_1', new Date(), '')).toThrow('no "whsec_…" secret');
  });

  it.each([24, 25, 26, 32, 64])('takes a secret of %d bytes', (length) => {
    expect(readSigningSecret(`whsec_${Buffer.alloc(length, 7).toString('base64')}`)).toHaveLength(length);
  });
});
