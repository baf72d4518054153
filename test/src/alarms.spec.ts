import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Answer, Page } from './harness/newsrelay-api.js';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { answering, PartnerPaths } from './harness/partner-paths.js';
import type { Push } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';

const WAIT = { timeoutMs: 30_000 };
const SINKS = '/api/v1/alarm-sinks';

interface Sink {
  id: string;
  minSeverity: string;
  settings: Record<string, unknown>;
  secrets: Record<string, string | null>;
  lastSentAt: string | null;
  lastError: string | null;
}
interface Told {
  id: string;
  kind: string;
  phase: string;
  severity: string;
  subject: string;
  detail: Record<string, unknown>;
  text: string;
}
interface OperatorEvent {
  kind: string;
  open: boolean | null;
  text: { zh: string; en: string };
}

describe('alarms', () => {
  let system: NewsrelaySystem;
  let partner: PartnerPaths;
  let secret: string;

  beforeAll(async () => {
    partner = await PartnerPaths.start();
    system = await NewsrelaySystem.start({ services: ['ingest', 'transform', 'publish', 'console'] });
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await partner.receiver.stop();
  }, 60_000);

  const call = <T = Record<string, unknown>>(
    method: string,
    path: string,
    json?: unknown,
  ): Promise<Answer<T>> => system.api.call<T>('console', method, path, json === undefined ? {} : { json });
  /** What the sink was told, each message verified by an independent library. */
  const told = (): Told[] =>
    partner
      .at('/alarms')
      .map(({ body, headers }: Push) => new Webhook(secret).verify(body, headers as Record<string, string>))
      .filter(
        (message): message is { type: string; data: { events: Told[] } } =>
          (message as { type: string }).type === 'operator.events',
      )
      .flatMap(({ data }) => data.events);

  it('have a sink that an operator sets up, and tries', async () => {
    const made = await call<Sink>('POST', SINKS, {
      id: 'duty',
      type: 'webhook',
      name: '值班',
      settings: { url: partner.receiver.url('/alarms') },
    });
    expect(made.status).toBe(201);
    secret = made.body.secrets['signingSecret'] ?? '';
    expect(secret).toMatch(/^whsec_/);
    const read = await call<Sink>('GET', `${SINKS}/duty`);
    expect(read.body).toMatchObject({
      minSeverity: 'warning',
      language: 'zh',
      kinds: [],
      secrets: { signingSecret: '********' },
      lastSentAt: null,
    });
    const tested = await call('POST', `${SINKS}/duty/test`);
    expect(tested).toMatchObject({ status: 200, body: { outcome: 'sent', status: 200, error: null } });
    const [test] = partner.at('/alarms');
    expect(
      new Webhook(secret).verify(test?.body ?? '', test?.headers as Record<string, string>),
    ).toMatchObject({
      type: 'operator.test',
    });
  });

  it('tell of a channel that its partner closed, once, and that it was resumed', async () => {
    partner.set('/gone', answering(410));
    const channel = await call('POST', '/api/v1/channels', {
      id: 'gone',
      type: 'webhook',
      name: '合作日报',
      settings: { url: partner.receiver.url('/gone') },
    });
    expect(channel.status).toBe(201);
    await system.api.post(sampleArticle());
    await pollUntil('the alarm', () => told().length > 0, WAIT);
    expect(told()).toEqual([
      expect.objectContaining({
        kind: 'channel.paused',
        phase: 'raised',
        severity: 'critical',
        subject: 'gone',
        detail: {
          name: '合作日报',
          by: 'outlet',
          reason: 'the outlet says this address is gone for good (410)',
        },
        text: expect.stringContaining('渠道“合作日报”（gone）因对方应答而暂停') as unknown,
      }),
    ]);
    const open = await call<Page<OperatorEvent>>('GET', '/api/v1/operator-events?open=true');
    expect(open.body.items).toMatchObject([
      { kind: 'channel.paused', open: true, text: { en: expect.stringContaining('was paused') as unknown } },
    ]);

    partner.set('/gone', answering(200));
    expect((await call('POST', '/api/v1/channels/gone/resume')).status).toBe(200);
    // Though the sink asks for warnings alone: whoever was told of the pause is told of its end.
    await pollUntil('the resumption', () => told().length > 1, WAIT);
    expect(told().map(({ kind, severity }) => `${kind} ${severity}`)).toEqual([
      'channel.paused critical',
      'channel.resumed info',
    ]);
    expect((await call<Page<OperatorEvent>>('GET', '/api/v1/operator-events?open=true')).body.items).toEqual(
      [],
    );
    await pollUntil(
      'the sink shows it',
      async () => (await call<Sink>('GET', `${SINKS}/duty`)).body.lastSentAt !== null,
      WAIT,
    );
  }, 90_000);

  it('are counted in /metrics, and logged', async () => {
    const metrics = async (service: 'publish' | 'console') => {
      const answer = await fetch(`${system.urlOf(service)}/metrics`, {
        headers: { authorization: `Bearer ${system.adminKey}` },
      });
      return answer.text();
    };
    const publish = await metrics('publish');
    expect(publish).toMatch(
      /^newsrelay_operator_events_total\{kind="channel.paused",severity="critical",service="publish"\} 1$/m,
    );
    expect(publish).toMatch(
      /^newsrelay_alarm_sends_total\{type="webhook",outcome="sent",service="publish"\} 2$/m,
    );
    expect(await metrics('console')).not.toMatch(/^newsrelay_open_alarms\{.*\} [1-9]/m);
    const log = readFileSync(system.logOf('publish'), 'utf8');
    expect(log).toMatch(/"kind":"channel.paused".*"msg":"operator event"/);
    expect(log).not.toContain(secret);
  });

  it('go where a patch says, secrets left as they are, and nowhere once the sink is deleted', async () => {
    const patched = await call<Sink>('PATCH', `${SINKS}/duty`, {
      minSeverity: 'critical',
      secrets: { signingSecret: '********' },
    });
    expect(patched).toMatchObject({ status: 200, body: { minSeverity: 'critical', lastError: null } });
    expect((await call('POST', `${SINKS}/duty/test`)).body).toMatchObject({ outcome: 'sent' });
    const last = partner.at('/alarms').at(-1);
    expect(() =>
      new Webhook(secret).verify(last?.body ?? '', last?.headers as Record<string, string>),
    ).not.toThrow();
    partner.set('/alarms', answering(401, {}, `no: ${secret}`));
    const refused = await call('POST', `${SINKS}/duty/test`);
    expect(refused.body).toMatchObject({ outcome: 'refused', status: 401, response: 'no: ********' });
    expect((await call('DELETE', `${SINKS}/duty`)).status).toBe(204);
    expect((await call('GET', `${SINKS}/duty`)).status).toBe(404);
    const audit = await call<Page<{ action: string; detail: unknown }>>('GET', '/api/v1/audit?subject=duty');
    expect(audit.body.items.map(({ action }) => action)).toEqual([
      'alarm-sink.delete',
      'alarm-sink.test',
      'alarm-sink.test',
      'alarm-sink.patch',
      'alarm-sink.test',
      'alarm-sink.create',
    ]);
    expect(audit.body.items[3]?.detail).toEqual({ fields: ['minSeverity'] });
  });

  it.each([
    ['a type that there is not', { type: 'pager' }, '/type'],
    ['a field that there is not', { colour: 'red' }, '/colour'],
    ['a kind that there is not', { kinds: ['channel.exploded'] }, '/kinds/0'],
    ['a private address', { settings: { url: 'https://10.0.0.1/' } }, '/settings/url'],
    [
      'a robot without its address',
      { type: 'wecom', settings: {}, secrets: { webhookUrl: 'https://qyapi.weixin.qq.com/' } },
      '/secrets/webhookUrl',
    ],
    [
      'a mail server inside',
      {
        type: 'email',
        settings: { host: '192.168.0.1', from: 'a@b.example', to: ['c@d.example'] },
      },
      '/settings/host',
    ],
    [
      'mail in the clear',
      {
        type: 'email',
        settings: { host: '8.8.8.8', port: 25, security: 'none', from: 'a@b.example', to: ['c@d.example'] },
      },
      '/settings/host',
    ],
  ])('refuse %s by the name of its field', async (_what, wrong, path) => {
    const input = {
      id: 'wrong',
      type: 'webhook',
      name: 'x',
      settings: { url: 'https://example.com/' },
      ...wrong,
    };
    const answer = await call<{ errors: { path: string; message: string }[] }>('POST', SINKS, input);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error) => error.path)).toContain(path);
    expect((await call<Page<Sink>>('GET', SINKS)).body.items).toEqual([]);
  });

  it('have types that say what they need', async () => {
    const types = await call<{ items: { type: string; secretFields: string[] }[] }>(
      'GET',
      '/api/v1/alarm-sink-types',
    );
    expect(types.body.items.map(({ type, secretFields }) => [type, secretFields])).toEqual([
      ['webhook', ['signingSecret']],
      ['email', ['password']],
      ['wecom', ['webhookUrl']],
      ['dingtalk', ['webhookUrl', 'signingSecret']],
      ['feishu', ['webhookUrl', 'signingSecret']],
    ]);
  });
});
