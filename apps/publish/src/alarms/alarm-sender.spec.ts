import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { EVENT_KINDS, type OperatorEvent } from '@newsrelay/contracts/operator-events';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { createAlarmSink } from '@newsrelay/ledger/alarm-sinks';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import type { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { recordOperatorEvents } from '@newsrelay/ledger/operator-events';
import { alarmSinkOwner } from '@newsrelay/ledger/sealed-secrets';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { GuardedMail } from '@newsrelay/outbound/guarded-mail';
import { Sealing } from '@newsrelay/sealing/seal';
import { createLogger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { AlarmEvents } from './alarm-events.js';
import { AlarmSender } from './alarm-sender.js';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const KEY = randomBytes(32);
interface Told {
  type: string;
  data: { events: { kind: string; subject: string; phase: string }[] };
}

describe('the alarm sender', () => {
  let test: TestLedger;
  let senders: AlarmSender[];
  let metrics: Metrics;
  let notifications: LedgerNotifications[];
  const told: { path: string; id: string; message: Told }[] = [];
  let statusOf: (path: string) => number | null = () => 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const message = new Webhook(SECRET).verify(
        Buffer.concat(chunks),
        request.headers as Record<string, string>,
      ) as Told;
      const status = statusOf(path);
      told.push({ path, id: String(request.headers['webhook-id']), message });
      if (status !== null) response.writeHead(status).end();
    });
  });
  beforeEach(async () => {
    [senders, notifications, metrics, told.length] = [[], [], new Metrics('spec'), 0];
    statusOf = () => 204;
    test = await openTestLedger();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }, 60_000);
  afterEach(async () => {
    for (const sender of senders) {
      await sender.beforeApplicationShutdown();
      await sender.onApplicationShutdown();
    }
    for (const listening of notifications) await listening.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await test.close();
  }, 60_000);

  function begin(key = KEY): void {
    const logger = createLogger('spec', 'fatal');
    const start = { migrated: () => Promise.resolve(true) } as unknown as LedgerStart;
    const listening = new LedgerNotifications(test.server.url, [NOTIFICATIONS.operatorEvents]);
    listening.start();
    notifications.push(listening);
    const sender = new AlarmSender(
      test.ledger,
      start,
      listening,
      new AlarmEvents(logger, senders.length === 0 ? metrics : new Metrics('other')),
      logger,
      {
        http: new GuardedHttp({ allowTargets: ['127.0.0.1'] }),
        mail: new GuardedMail({ allowTargets: [] }),
        sealing: new Sealing(key),
      },
    );
    senders.push(sender);
    sender.onApplicationBootstrap();
  }
  const sink = (id: string) =>
    createAlarmSink(test.ledger, {
      id,
      type: 'webhook',
      name: id,
      enabled: true,
      language: 'zh',
      minSeverity: 'info',
      kinds: [],
      settings: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${id}` },
      sealedSecrets: new Sealing(KEY).seal({ signingSecret: SECRET }, alarmSinkOwner(id)),
    });
  const dead = (subject: string): OperatorEvent => ({
    kind: EVENT_KINDS.deliveryDead,
    subject,
    detail: { channel: 'a', article: 'x', version: 1, reason: '404' },
  });
  const many = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => dead(`d${from + index}`));
  const events = (path = '/a') =>
    told.filter((one) => one.path === path).flatMap(({ message }) => message.data.events);
  const states = async () =>
    test.ledger
      .selectFrom('alarm_deliveries')
      .select(['state', 'attempts', 'error'])
      .orderBy('event_id')
      .execute();
  const counted = async (name: string) =>
    ((await metrics.registry.getSingleMetric(name)?.get())?.values ?? []).map(({ labels, value }) => ({
      ...labels,
      value,
    }));

  it('sends what is due at once, and gathers a flood while its sink rests', async () => {
    await sink('a');
    begin();
    await recordOperatorEvents(test.ledger, [dead('d0')]);
    await pollUntil('the first', () => events().length === 1, { timeoutMs: 10_000 });
    for (let from = 1; from < 61; from += 10) await recordOperatorEvents(test.ledger, many(from, from + 10));
    await pollUntil('all of them', () => events().length === 61, { timeoutMs: 15_000 });
    expect(told.length).toBeLessThan(10);
    expect(new Set(events().map(({ subject }) => subject)).size).toBe(61);
    await pollUntil('the ledger', async () => (await states()).every(({ state }) => state === 'sent'), {
      timeoutMs: 5_000,
    });
    expect(await counted('newsrelay_operator_events_total')).toEqual([
      { kind: 'delivery.dead', severity: 'warning', value: 61 },
    ]);
    expect(await counted('newsrelay_alarm_sends_total')).toEqual([
      { type: 'webhook', outcome: 'sent', value: told.length },
    ]);
  }, 40_000);

  it('sends each alarm once, however many processes send', async () => {
    await sink('a');
    await sink('b');
    for (let process = 0; process < 3; process += 1) begin();
    await recordOperatorEvents(test.ledger, many(0, 5));
    await pollUntil('both', () => events('/a').length >= 5 && events('/b').length >= 5, {
      timeoutMs: 15_000,
    });
    await recordOperatorEvents(test.ledger, many(5, 10));
    await pollUntil('both again', () => events('/a').length >= 10 && events('/b').length >= 10, {
      timeoutMs: 15_000,
    });
    expect(events('/a')).toHaveLength(10);
    expect(events('/b')).toHaveLength(10);
  }, 40_000);

  it('lets no sink that hangs hold another one up', async () => {
    await sink('a');
    await sink('hangs');
    statusOf = (path) => (path === '/hangs' ? null : 204);
    begin();
    await recordOperatorEvents(test.ledger, [dead('d0')]);
    await pollUntil('both are asked', () => told.length === 2, { timeoutMs: 10_000 });
    await recordOperatorEvents(test.ledger, [dead('d1')]);
    await pollUntil('the other goes on', () => events('/a').length === 2, { timeoutMs: 10_000 });
    // And is not sent to a second time meanwhile.
    expect(told.filter(({ path }) => path === '/hangs')).toHaveLength(1);
  }, 40_000);

  it('tries again what failed, under the same id', async () => {
    await sink('a');
    statusOf = () => (told.length < 1 ? 500 : 204);
    begin();
    await recordOperatorEvents(test.ledger, [dead('d0')]);
    await pollUntil('the failure', async () => (await states())[0]?.attempts === 1, { timeoutMs: 10_000 });
    expect(await states()).toMatchObject([{ state: 'waiting', error: 'the outlet failed (500)' }]);
    await sql`update alarm_deliveries set next_attempt_at = clock_timestamp()`.execute(test.ledger);
    await pollUntil('the repeat', async () => (await states())[0]?.state === 'sent', { timeoutMs: 10_000 });
    expect(told).toHaveLength(2);
    expect(told[1]?.id).toBe(told[0]?.id);
  }, 40_000);

  it('says that its secrets do not open, and tries again with the key that does', async () => {
    await sink('a');
    begin(randomBytes(32));
    await recordOperatorEvents(test.ledger, [dead('d0')]);
    await pollUntil('the failure', async () => (await states())[0]?.attempts === 1, { timeoutMs: 10_000 });
    expect((await states())[0]?.error).toContain('cannot be opened');
    expect(told).toEqual([]);
  }, 40_000);

  it('leaves what it was stopped at to the next process', async () => {
    await sink('a');
    statusOf = () => (told.length < 1 ? null : 204);
    begin();
    await recordOperatorEvents(test.ledger, [dead('d0')]);
    await pollUntil('it is under way', () => told.length === 1, { timeoutMs: 10_000 });
    await senders[0]?.beforeApplicationShutdown();
    expect(await states()).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    begin();
    await pollUntil('the next', () => events().length === 2, { timeoutMs: 10_000 });
  }, 40_000);
});
