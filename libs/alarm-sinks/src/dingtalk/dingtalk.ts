import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { bytesOf, digestOf, type AlarmDigest, type AlarmLine } from '../alarm-text.js';
import type { RobotCodes } from '../robot-answer.js';
import { defused } from '../robot-markdown.js';
import { postToRobot } from '../robot-post.js';
import { robotSecret } from '../robot-secret.js';
import { robotUrl } from '../robot-url.js';
import type { AlarmMessage, AlarmSink } from '../sink.js';

/*
 * Custom robot of DingTalk (钉钉自定义机器人): https://open.dingtalk.com/document/robots/custom-robot-access, and "加签" in
 * /document/robots/customize-robot-security-settings. 20 messages a minute and robot; whoever sends more is kept out for ten
 * minutes.
 */

/** Longest message, bytes; the platform takes 20,000. */
const LONGEST_BYTES = 18_000;

const settings = z.strictObject({});
const secrets = z.strictObject({
  webhookUrl: robotUrl(
    ({ searchParams }) => (searchParams.get('access_token') ?? '') !== '',
    'https://oapi.dingtalk.com/robot/send?access_token=…',
  ),
  signingSecret: robotSecret('加签, “SEC…”'),
});
type Settings = z.infer<typeof settings>;
type Secrets = z.infer<typeof secrets>;

const codes: RobotCodes = {
  code: 'errcode',
  message: 'errmsg',
  tooOften: new Set([130101, 410100]),
  busy: new Set([-1]),
  hints: {
    310000:
      'the robot’s security settings are not met: is the secret the robot’s, is this machine’s clock right, and is its keyword “Newsrelay”?',
    300005: 'the token is none: copy the address of the robot anew',
    400101: 'the token is none: copy the address of the robot anew',
    400102: 'the robot is stopped: start it in its group',
  },
};

/** Base64 of HMAC-SHA256 over "timestamp\nsecret" with the secret as the key; the timestamp in milliseconds. */
export function dingtalkSign(secret: string, at: Date): { timestamp: string; sign: string } {
  const timestamp = String(at.getTime());
  const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`, 'utf8').digest('base64');
  return { timestamp, sign };
}

/** The robot's address with its signature as query parameters. */
export function dingtalkUrl({ webhookUrl, signingSecret }: Secrets, at: Date): string {
  if (signingSecret === null) return webhookUrl;
  const url = new URL(webhookUrl);
  const { timestamp, sign } = dingtalkSign(signingSecret, at);
  url.searchParams.set('timestamp', timestamp);
  url.searchParams.set('sign', sign);
  return url.href;
}

function lineOf({ label, time, text }: AlarmLine): string {
  return `- **${label}** ${time} ${defused(text)}`;
}

function bodyOf({ title, lines }: AlarmDigest): string {
  const text = [`### ${title}`, ...lines].join('\n\n');
  return JSON.stringify({ msgtype: 'markdown', markdown: { title, text } });
}

/** The body of a message, pure. */
export function dingtalkBody(message: AlarmMessage): string {
  return bodyOf(digestOf(message, lineOf, (made) => bytesOf(bodyOf(made)) <= LONGEST_BYTES));
}

export const dingtalkSink: AlarmSink<Settings, Secrets> = {
  manifest: {
    type: 'dingtalk',
    title: { zh: '钉钉群机器人', en: 'DingTalk group robot' },
    settings,
    secrets,
    limits: { alarmsPerMessage: 200, restSeconds: 4, tooOftenSeconds: 600, deadlineMs: 10_000 },
    instructions: {
      zh: '在钉钉群里添加自定义机器人，把它的 Webhook 地址填入 `webhookUrl`；安全设置建议选“加签”，把密钥填入 `signingSecret`。若用关键词，请设为 `Newsrelay`。每个机器人每分钟最多 20 条，超过会被限流 10 分钟：同时发生的告警合并为一条。',
      en: 'Add a custom robot to a DingTalk group and enter its webhook address as `webhookUrl`; choose the signature (加签) and enter its secret as `signingSecret`. A keyword has to be `Newsrelay`. A robot takes 20 messages a minute, and none for ten minutes after more: alarms of the same moment are gathered into one.',
    },
    targets: (_settings, { webhookUrl }) => [{ path: '/secrets/webhookUrl', url: webhookUrl }],
  },
  send: (message, { secrets }, io) =>
    postToRobot({ url: dingtalkUrl(secrets, io.now), body: dingtalkBody(message) }, codes, io),
};
