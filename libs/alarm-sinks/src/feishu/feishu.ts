import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { bytesOf, digestOf, type AlarmDigest, type AlarmLine } from '../alarm-text.js';
import type { RobotCodes } from '../robot-answer.js';
import { postToRobot } from '../robot-post.js';
import { robotSecret } from '../robot-secret.js';
import { robotUrl } from '../robot-url.js';
import type { AlarmMessage, AlarmSink } from '../sink.js';

/*
 * Custom bot of Feishu and Lark (飞书自定义机器人):
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. 100 messages a minute and five a second.
 */

/** Longest body, bytes; the platform takes 20 KB. */
const LONGEST_BYTES = 18_000;

const settings = z.strictObject({});
const secrets = z.strictObject({
  webhookUrl: robotUrl(
    ({ pathname }) => /\/open-apis\/bot\/v2\/hook\/[^/]+$/.test(pathname),
    'https://open.feishu.cn/open-apis/bot/v2/hook/…',
  ),
  signingSecret: robotSecret('签名校验'),
});
type Settings = z.infer<typeof settings>;
type Secrets = z.infer<typeof secrets>;

const codes: RobotCodes = {
  code: 'code',
  message: 'msg',
  tooOften: new Set([11232, 99991400]),
  busy: new Set(),
  hints: {
    19021: 'is the secret the bot’s, and is this machine’s clock right?',
    19022: 'the bot takes no calls from this address: change its list of addresses',
    19024: 'the bot asks for a keyword: make it “Newsrelay”',
    19001: 'the address is none: copy the address of the bot anew',
    19007: 'the bot is not enabled: start it in its group',
  },
};

/** Base64 of HMAC-SHA256 over nothing with "timestamp\nsecret" as the key; the timestamp in seconds. */
export function feishuSign(secret: string, at: Date): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const sign = createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');
  return { timestamp, sign };
}

function lineOf({ label, time, text }: AlarmLine): string {
  return `[${label}] ${time} ${text}`;
}

/** Rich text (`post`): in its text nodes nothing is markup, so that no text of others can mention anybody. */
function bodyOf(
  { title, lines }: AlarmDigest,
  language: AlarmMessage['language'],
  signature: { timestamp: string; sign: string } | null,
): string {
  const content = lines.map((text) => [{ tag: 'text', text }]);
  return JSON.stringify({
    ...signature,
    msg_type: 'post',
    content: { post: { [language === 'zh' ? 'zh_cn' : 'en_us']: { title, content } } },
  });
}

/** The body of a message, pure. */
export function feishuBody(message: AlarmMessage, signingSecret: string | null, at: Date): string {
  const { language } = message;
  const signature = signingSecret === null ? null : feishuSign(signingSecret, at);
  const fits = (made: AlarmDigest) => bytesOf(bodyOf(made, language, signature)) <= LONGEST_BYTES;
  return bodyOf(digestOf(message, lineOf, fits), language, signature);
}

export const feishuSink: AlarmSink<Settings, Secrets> = {
  manifest: {
    type: 'feishu',
    title: { zh: '飞书群机器人', en: 'Feishu or Lark bot' },
    settings,
    secrets,
    limits: { alarmsPerMessage: 200, restSeconds: 2, tooOftenSeconds: 60, deadlineMs: 10_000 },
    instructions: {
      zh: '在飞书群里添加自定义机器人，把它的 Webhook 地址填入 `webhookUrl`；安全设置建议选“签名校验”，把密钥填入 `signingSecret`。若用关键词，请设为 `Newsrelay`。同时发生的告警合并为一条。',
      en: 'Add a custom bot to a Feishu or Lark group and enter its webhook address as `webhookUrl`; choose the signature and enter its secret as `signingSecret`. A keyword has to be `Newsrelay`. Alarms of the same moment are gathered into one message.',
    },
    targets: (_settings, { webhookUrl }) => [{ path: '/secrets/webhookUrl', url: webhookUrl }],
  },
  send: (message, { secrets: { webhookUrl, signingSecret } }, io) =>
    postToRobot({ url: webhookUrl, body: feishuBody(message, signingSecret, io.now) }, codes, io),
};
