import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { GuardedMail } from '@newsrelay/outbound/guarded-mail';
import { alarmOf, floodOf, HOSTILE, PAUSED, STUCK } from './alarms.fixture.js';
import { dingtalkSign, dingtalkSink, dingtalkUrl } from './dingtalk/dingtalk.js';
import { feishuSign, feishuSink } from './feishu/feishu.js';
import { alarmSinkOf } from './registry.js';
import { sendAlarms } from './send-alarms.js';
import type { Alarm, AlarmSink } from './sink.js';
import { wecomSink } from './wecom/wecom.js';

/** A message as a platform took it. */
interface Taken {
  body: Record<string, unknown>;
  bytes: number;
}
interface Answer {
  status: number;
  body: unknown;
}

const KEY = '693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa';
const DING_SECRET = 'SEC240d7bb4c0bafc62';
const FEISHU_SECRET = 'nIMtb7r3N9pkXyXdtAbx6e';
const sha256 = (key: string, message: string) => createHmac('sha256', key).update(message).digest('base64');
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** WeCom, document 91770: takes `markdown` of at most 4096 bytes; a key that is none is 93000. */
function wecom(url: URL, { body }: Taken): Answer {
  const said = (errcode: number, errmsg: string) => ({ status: 200, body: { errcode, errmsg } });
  if (url.searchParams.get('key') !== KEY) return said(93000, 'invalid webhook url');
  const { content } = (body['markdown'] ?? {}) as { content?: unknown };
  if (body['msgtype'] !== 'markdown' || !isText(content)) return said(40008, 'invalid message type');
  return Buffer.byteLength(content) > 4096
    ? said(40058, 'markdown.content exceed max length 4096')
    : said(0, 'ok');
}

/** DingTalk: `timestamp` within an hour and `sign` as query parameters, by its own computation; else 310000. */
function dingtalk(url: URL, { body, bytes }: Taken): Answer {
  const said = (errcode: number, errmsg: string) => ({ status: 200, body: { errcode, errmsg } });
  if (url.searchParams.get('access_token') !== KEY) return said(300005, 'token is not exist');
  const timestamp = url.searchParams.get('timestamp') ?? '';
  const isRecent = /^\d{13}$/.test(timestamp) && Math.abs(Date.now() - Number(timestamp)) < 3_600_000;
  if (!isRecent || url.searchParams.get('sign') !== sha256(DING_SECRET, `${timestamp}\n${DING_SECRET}`))
    return said(310000, 'sign not match');
  const { title, text } = (body['markdown'] ?? {}) as { title?: unknown; text?: unknown };
  if (body['msgtype'] !== 'markdown' || !isText(title) || !isText(text))
    return said(40035, 'missing parameter');
  return bytes > 20_000 ? said(460101, 'message too long, exceed 20000 bytes') : said(0, 'ok');
}

/** Feishu: `timestamp` (a string of seconds) and `sign` in the body; 20 KB at most. */
function feishu(url: URL, { body, bytes }: Taken): Answer {
  const said = (code: number, msg: string) => ({ status: 200, body: { code, msg, data: {} } });
  if (url.pathname !== `/open-apis/bot/v2/hook/${KEY}`)
    return said(19001, 'param invalid: incoming webhook access token invalid');
  const { timestamp, sign } = body;
  const isRecent =
    isText(timestamp) &&
    /^\d{10}$/.test(timestamp) &&
    Math.abs(Date.now() / 1000 - Number(timestamp)) < 3_600;
  if (!isRecent || sign !== sha256(`${timestamp}\n${FEISHU_SECRET}`, ''))
    return said(19021, 'sign match fail or timestamp is not within one hour from current time');
  const { post } = (body['content'] ?? {}) as {
    post?: Record<string, { title?: unknown; content?: unknown }>;
  };
  const shown = post?.['zh_cn'] ?? post?.['en_us'];
  const paragraphs = Array.isArray(shown?.content) ? (shown.content as unknown[][]) : [];
  const nodes = paragraphs.flat() as { tag?: unknown; text?: unknown }[];
  if (body['msg_type'] !== 'post' || !isText(shown?.title) || nodes.length === 0)
    return said(9499, 'Bad Request');
  if (!nodes.every(({ tag, text }) => tag === 'text' && isText(text)) || bytes > 20 * 1024)
    return said(9499, 'Bad Request');
  return {
    status: 200,
    body: { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' },
  };
}

describe('group robots', () => {
  const taken: Taken[] = [];
  let next: Answer | null = null;
  const platforms = { '/cgi-bin/webhook/send': wecom, '/robot/send': dingtalk } as const;
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://platform');
    const isJson =
      request.method === 'POST' && /^application\/json\b/.test(request.headers['content-type'] ?? '');
    const message = { body: JSON.parse(text) as Record<string, unknown>, bytes: Buffer.byteLength(text) };
    const platform = (platforms as Record<string, typeof wecom | undefined>)[url.pathname] ?? feishu;
    const { status, body } =
      next ?? (isJson ? platform(url, message) : { status: 200, body: { errcode: 43004, code: 9499 } });
    next = null;
    taken.push(message);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
  const server = createServer((request, response) => void answer(request, response));
  const http = new GuardedHttp({ allowTargets: ['127.0.0.1'] });
  const mail = new GuardedMail({ allowTargets: ['127.0.0.1'] });
  let origin: string;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await http.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    taken.length = 0;
    next = null;
  });

  const robots = [
    ['wecom', () => ({ webhookUrl: `${origin}/cgi-bin/webhook/send?key=${KEY}` })],
    [
      'dingtalk',
      () => ({ webhookUrl: `${origin}/robot/send?access_token=${KEY}`, signingSecret: DING_SECRET }),
    ],
    [
      'feishu',
      () => ({ webhookUrl: `${origin}/open-apis/bot/v2/hook/${KEY}`, signingSecret: FEISHU_SECRET }),
    ],
  ] as const;
  function send(
    type: string,
    secrets: Record<string, unknown>,
    alarms: readonly Alarm[],
    language: 'zh' | 'en' = 'zh',
  ) {
    const sink = alarmSinkOf(type);
    if (sink === undefined) throw new Error(type);
    const target = {
      settings: sink.manifest.settings.parse({}),
      secrets: sink.manifest.secrets.parse(secrets),
    };
    return sendAlarms(
      sink,
      { id: 'alm_1', language, alarms },
      target,
      { http, mail },
      new AbortController().signal,
    );
  }
  const shownBy = ({ body }: Taken) => JSON.stringify(body['markdown'] ?? body['content']);

  describe.each(robots)('%s', (type, secrets) => {
    it.each([
      ['a test', []],
      ['one alarm', [alarmOf(PAUSED)]],
      ['hostile texts', [alarmOf(HOSTILE)]],
      ['a flood', floodOf(200)],
    ] as const)('takes %s', async (_what, alarms) => {
      for (const language of ['zh', 'en'] as const) {
        expect(await send(type, secrets(), alarms, language)).toMatchObject({
          outcome: 'sent',
          error: null,
          status: 200,
        });
      }
      expect(taken).toHaveLength(2);
    });

    it('shows the alarm, and no text of others as markup', async () => {
      await send(type, secrets(), [alarmOf(PAUSED), alarmOf(HOSTILE)]);
      const shown = shownBy(taken[0] ?? { body: {}, bytes: 0 });
      expect(shown).toContain('合作日报');
      expect(shown).toContain('严重');
      if (type === 'feishu') return; // Its text nodes know no markup.
      for (const markup of ['<@', '<at', '@138', '](', '`y`']) expect(shown).not.toContain(markup);
    });

    it('cuts a flood to what fits, and says so', async () => {
      await send(type, secrets(), floodOf(200));
      expect(shownBy(taken[0] ?? { body: {}, bytes: 0 })).toMatch(/另有 \d+ 条未列出/);
    });

    it('is told that its address is wrong by the code in the body', async () => {
      const wrong = { ...secrets(), webhookUrl: secrets().webhookUrl.replace(KEY, 'wrong') };
      expect(await send(type, wrong, [alarmOf(PAUSED)])).toMatchObject({
        outcome: 'refused',
        status: 200,
        error: expect.stringMatching(
          /the platform refuses it \((errcode 93000|errcode 300005|code 19001).*anew/,
        ) as unknown,
      });
    });

    it.each([
      ['429', { status: 429, body: {} }, 'too-often'],
      ['500', { status: 500, body: 'oops' }, 'failed'],
      ['no code', { status: 200, body: {} }, 'failed'],
      ['no JSON', { status: 200, body: '<html>' }, 'failed'],
      ['404', { status: 404, body: 'no' }, 'refused'],
    ] as const)('classifies %s', async (_what, given, outcome) => {
      next = given;
      expect(await send(type, secrets(), [alarmOf(PAUSED)])).toMatchObject({ outcome });
    });
  });

  it.each([
    ['wecom', { errcode: 45009, errmsg: 'api freq out of limit' }, 'too-often'],
    ['wecom', { errcode: -1, errmsg: 'system busy' }, 'failed'],
    ['wecom', { errcode: 40058, errmsg: 'content exceed max length' }, 'refused'],
    ['dingtalk', { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' }, 'too-often'],
    ['dingtalk', { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: 'x' }, 'too-often'],
    ['dingtalk', { errcode: 310000, errmsg: 'keywords not in content' }, 'refused'],
    ['dingtalk', { errcode: -1, errmsg: '系统繁忙' }, 'failed'],
    ['feishu', { code: 11232, msg: 'frequency limited psm[lark.oapi]', data: {} }, 'too-often'],
    ['feishu', { code: 9499, msg: 'too many request', data: {} }, 'too-often'],
    ['feishu', { code: 9499, msg: 'Bad Request', data: {} }, 'refused'],
    ['feishu', { code: 19024, msg: 'Key Words Not Found' }, 'refused'],
  ] as const)('%s: %j is %s', async (type, body, outcome) => {
    const secrets = robots.find(([name]) => name === type)?.[1]() ?? {};
    next = { status: 200, body };
    expect(await send(type, secrets, [alarmOf(STUCK)])).toMatchObject({ outcome, status: 200 });
  });

  it.each(['dingtalk', 'feishu'] as const)(
    '%s refuses another secret, and we say what to look at',
    async (type) => {
      const secrets = robots.find(([name]) => name === type)?.[1]() ?? {};
      expect(await send(type, { ...secrets, signingSecret: 'another' }, [alarmOf(STUCK)])).toMatchObject({
        outcome: 'refused',
        error: expect.stringContaining('clock') as unknown,
      });
    },
  );

  it('sends without a signature where there is no secret', async () => {
    expect(
      dingtalkUrl({ webhookUrl: 'https://a.example/?access_token=x', signingSecret: null }, new Date()),
    ).toBe('https://a.example/?access_token=x');
    await send('feishu', { webhookUrl: `${origin}/open-apis/bot/v2/hook/${KEY}` }, [alarmOf(STUCK)]);
    expect(taken[0]?.body).not.toHaveProperty('sign');
  });

  it('fails where nobody answers, and refuses a private address', async () => {
    const away = { webhookUrl: 'http://127.0.0.1:1/cgi-bin/webhook/send?key=x' };
    expect(await send('wecom', away, [alarmOf(STUCK)])).toMatchObject({ outcome: 'failed', status: null });
    const inside = { webhookUrl: 'https://10.0.0.1/cgi-bin/webhook/send?key=x' };
    expect(await send('wecom', inside, [alarmOf(STUCK)])).toMatchObject({ outcome: 'refused', status: null });
  });

  // The example of Feishu's documentation, and one for DingTalk, both computed with Python's hmac as the documents show it.
  it('signs as the documents say', () => {
    expect(feishuSign('demo', new Date(1599360473_000))).toEqual({
      timestamp: '1599360473',
      sign: 'l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=',
    });
    expect(dingtalkSign('this is secret', new Date(1577262236757))).toEqual({
      timestamp: '1577262236757',
      sign: 'hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=',
    });
    const url = dingtalkUrl(
      { webhookUrl: 'https://oapi.dingtalk.com/robot/send?access_token=x', signingSecret: 'this is secret' },
      new Date(1577262236757),
    );
    expect(url).toBe(
      'https://oapi.dingtalk.com/robot/send?access_token=x&timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D',
    );
  });

  it.each([
    [wecomSink as AlarmSink, 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send', 'key='],
    [dingtalkSink as AlarmSink, 'https://oapi.dingtalk.com/robot/send?token=x', 'access_token='],
    [feishuSink as AlarmSink, 'https://open.feishu.cn/open-apis/bot/v2/hook/', '/hook/'],
  ])(
    'takes no address that is none of its robots, and says what one looks like',
    ({ manifest }, webhookUrl, like) => {
      const { error } = manifest.secrets.safeParse({ webhookUrl });
      expect(error?.issues[0]?.message).toContain(like);
      expect(manifest.secrets.safeParse({ webhookUrl: 'not a url' }).success).toBe(false);
      expect(manifest.secrets.safeParse({}).success).toBe(false);
    },
  );
});
