import { z } from 'zod';
import { bytesOf, digestOf, isGoodNews, type AlarmDigest, type AlarmLine } from '../alarm-text.js';
import type { RobotCodes } from '../robot-answer.js';
import { defused } from '../robot-markdown.js';
import { postToRobot } from '../robot-post.js';
import { robotUrl } from '../robot-url.js';
import type { AlarmMessage, AlarmSink } from '../sink.js';

/*
 * Group robot of WeCom (企业微信群机器人): https://developer.work.weixin.qq.com/document/path/91770. Whoever has the address may
 * send: there is no signature. 20 messages a minute and robot.
 */

/** Longest `markdown.content`, bytes of UTF-8. */
const LONGEST_BYTES = 4096;

const secrets = z.strictObject({
  webhookUrl: robotUrl(
    ({ searchParams }) => (searchParams.get('key') ?? '') !== '',
    'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…',
  ),
});
const settings = z.strictObject({});
type Settings = z.infer<typeof settings>;
type Secrets = z.infer<typeof secrets>;

const codes: RobotCodes = {
  code: 'errcode',
  message: 'errmsg',
  tooOften: new Set([45009, 45033]),
  busy: new Set([-1]),
  hints: { 93000: 'the key is none: copy the address of the robot anew' },
};

/** The three colours that the platform knows: info is green, warning is orange, comment is grey. */
function colourOf({ alarm }: AlarmLine): string {
  if (isGoodNews(alarm)) return 'info';
  return alarm.severity === 'info' ? 'comment' : 'warning';
}

function lineOf(line: AlarmLine): string {
  return `> <font color="${colourOf(line)}">${line.label}</font> ${line.time} ${defused(line.text)}`;
}

function contentOf({ title, lines }: AlarmDigest): string {
  return [`**${title}**`, ...lines].join('\n');
}

/** The body of a message, pure. */
export function wecomBody(message: AlarmMessage): string {
  const digest = digestOf(message, lineOf, (made) => bytesOf(contentOf(made)) <= LONGEST_BYTES);
  return JSON.stringify({ msgtype: 'markdown', markdown: { content: contentOf(digest) } });
}

export const wecomSink: AlarmSink<Settings, Secrets> = {
  manifest: {
    type: 'wecom',
    title: { zh: '企业微信群机器人', en: 'WeCom group robot' },
    settings,
    secrets,
    limits: { alarmsPerMessage: 200, restSeconds: 4, tooOftenSeconds: 60, deadlineMs: 10_000 },
    instructions: {
      zh: '在企业微信群里添加群机器人，把它的 Webhook 地址填入 `webhookUrl`。地址即凭证，按机密保存。每个机器人每分钟最多 20 条：同时发生的告警合并为一条。',
      en: 'Add a group robot to a WeCom group and enter its webhook address as `webhookUrl`. The address is the credential and is kept as a secret. A robot takes 20 messages a minute: alarms of the same moment are gathered into one.',
    },
    targets: (_settings, { webhookUrl }) => [{ path: '/secrets/webhookUrl', url: webhookUrl }],
  },
  send: (message, { secrets }, io) =>
    postToRobot({ url: secrets.webhookUrl, body: wecomBody(message) }, codes, io),
};
