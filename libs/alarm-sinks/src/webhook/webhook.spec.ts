import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { GuardedMail } from '@newsrelay/outbound/guarded-mail';
import { alarmOf, HOSTILE, PAUSED, STUCK } from '../alarms.fixture.js';
import { sendAlarms } from '../send-alarms.js';
import type { Alarm, AlarmSink } from '../sink.js';
import { webhookSink } from './webhook.js';

describe('the signed webhook', () => {
  const received: { headers: IncomingHttpHeaders; bytes: Buffer }[] = [];
  let answer: { status: number; headers: Record<string, string> };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, bytes: Buffer.concat(chunks) });
      response.writeHead(answer.status, answer.headers).end();
    });
  });
  const http = new GuardedHttp({ allowTargets: ['127.0.0.1'] });
  const mail = new GuardedMail({ allowTargets: [] });
  const sink = webhookSink as AlarmSink;
  const secrets = sink.manifest.generateSecrets?.() ?? {};

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    await http.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    received.length = 0;
    answer = { status: 204, headers: {} };
  });

  function send(alarms: readonly Alarm[]) {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`;
    const target = {
      settings: sink.manifest.settings.parse({ url }),
      secrets: sink.manifest.secrets.parse(secrets),
    };
    const message = { id: 'alm_1', language: 'zh', alarms } as const;
    return sendAlarms(sink, message, target, { http, mail }, new AbortController().signal);
  }
  /** As an independent library verifies it. */
  const verified = () => {
    const [first] = received;
    if (first === undefined) throw new Error('a request was expected');
    return new Webhook(secrets['signingSecret'] ?? '').verify(
      first.bytes,
      first.headers as Record<string, string>,
    );
  };

  it('sends typed events that an independent library verifies', async () => {
    const endedAt = new Date('2025-01-03T02:00:00Z');
    const over = alarmOf(STUCK, { id: '9', phase: 'ended', endedAt });
    expect(await send([alarmOf(PAUSED), over])).toMatchObject({ outcome: 'sent', status: 204 });
    expect(verified()).toMatchObject({
      type: 'operator.events',
      data: {
        events: [
          {
            ...PAUSED,
            id: '7',
            phase: 'raised',
            severity: 'critical',
            at: '2025-01-03T09:00:00.123+08:00',
            endedAt: null,
            text: expect.stringContaining('合作日报') as unknown,
          },
          { ...STUCK, id: '9', phase: 'ended', endedAt: '2025-01-03T10:00:00+08:00' },
        ],
      },
    });
    expect(received[0]?.headers['webhook-id']).toBe('alm_1');
    expect(received[0]?.headers['content-type']).toBe('application/json');
  });

  it('sends a test, and hostile texts as they are', async () => {
    await send([]);
    expect(verified()).toMatchObject({ type: 'operator.test' });
    received.length = 0;
    await send([alarmOf(HOSTILE)]);
    expect(verified()).toMatchObject({
      data: { events: [{ detail: { name: '<at user_id="all">所有人</at>' } }] },
    });
  });

  it.each([
    [429, { 'retry-after': '17' }, { outcome: 'too-often', retryAfterSeconds: 17 }],
    [429, {}, { outcome: 'too-often' }],
    [503, { 'retry-after': '5' }, { outcome: 'too-often', retryAfterSeconds: 5 }],
    [503, {}, { outcome: 'failed' }],
    [500, {}, { outcome: 'failed' }],
    [302, { location: '/x' }, { outcome: 'failed' }],
    [401, {}, { outcome: 'refused' }],
    [410, {}, { outcome: 'refused' }],
    [400, {}, { outcome: 'refused' }],
  ])('classifies %d', async (status, headers, expected) => {
    answer = { status, headers: headers };
    expect(await send([alarmOf(PAUSED)])).toMatchObject({ status, ...expected });
  });
});
