import { z } from 'zod';
import {
  MAIL_SECURITY,
  MailRefusal,
  type MailMessage,
  type MailServer,
} from '@newsrelay/channel-kit/outbound-mail';
import { digestOf, type AlarmLine } from '../alarm-text.js';
import { classifyNoAnswer } from '../robot-answer.js';
import type { AlarmMessage, AlarmSink } from '../sink.js';

const address = z
  .email('must be an e-mail address')
  .max(254, 'must be at most 254 characters (RFC 5321, section 4.5.3.1.3)');

const settings = z.strictObject({
  host: z.string().min(1).max(253).toLowerCase().describe('the mail server for submission'),
  port: z.int().min(1).max(65535).default(465),
  security: z
    .enum(MAIL_SECURITY)
    .default('tls')
    .describe('tls: from the first byte (port 465); starttls: port 587; none: allow-listed addresses only'),
  from: address,
  to: z.array(address).min(1).max(20),
  username: z.string().min(1).max(254).nullable().default(null),
});
const secrets = z.strictObject({
  password: z.string().min(1).max(500).nullable().default(null).describe('of the account `username`'),
});
type Settings = z.infer<typeof settings>;
type Secrets = z.infer<typeof secrets>;

function serverOf({ host, port, security, username }: Settings, { password }: Secrets): MailServer {
  const login = username === null ? null : { username, password: password ?? '' };
  return { host, port, security, login };
}

function lineOf({ label, time, text }: AlarmLine): string {
  return `[${label}] ${time}\n${text}`;
}

/** The message, pure. */
export function mailOf(message: AlarmMessage, { from, to }: Settings, now: Date): MailMessage {
  const { title, lines } = digestOf(message, lineOf, () => true);
  const [only] = message.alarms.length === 1 ? lines : [];
  const subject = only === undefined ? title : `${title}: ${only.replace(/^\[([^\]]*)\].*\n/, '$1 ')}`;
  return {
    from,
    to,
    subject: subject.slice(0, 200).toWellFormed(),
    text: `${lines.join('\n\n')}\n`,
    messageId: `${message.id}@${from.slice(from.lastIndexOf('@') + 1)}`,
    at: now,
  };
}

export const emailSink: AlarmSink<Settings, Secrets> = {
  manifest: {
    type: 'email',
    title: { zh: '电子邮件', en: 'E-mail' },
    settings,
    secrets,
    limits: { alarmsPerMessage: 200, restSeconds: 60, tooOftenSeconds: 300, deadlineMs: 30_000 },
    instructions: {
      zh: '通过 SMTP 提交服务器发送：`security` 为 `tls`（465 端口）或 `starttls`（587 端口），证书按 `host` 校验。账号填 `username`，密码（或授权码）填 `password`。一分钟内的告警合并为一封。',
      en: 'Sent through a mail submission server: `security` is `tls` (port 465) or `starttls` (port 587), and the certificate is checked against `host`. The account is `username`, its password `password`. Alarms of the same minute are gathered into one message.',
    },
    targets: (given, sealed) => [{ path: '/settings/host', mail: serverOf(given, sealed) }],
  },
  send: async (message, target, { mail, now }) => {
    try {
      const server = serverOf(target.settings, target.secrets);
      const { response, rejected } = await mail.send(server, mailOf(message, target.settings, now));
      // Somebody has it: sent again, they would have it twice.
      const error = rejected.length === 0 ? null : `the server takes no mail for ${rejected.join(', ')}`;
      return { outcome: 'sent', status: 250, error, response };
    } catch (failure) {
      if (!(failure instanceof MailRefusal)) return classifyNoAnswer(failure);
      const { code, message: error } = failure;
      // RFC 5321, section 4.2.1: 4yz is for now.
      const outcome = code !== null && code >= 400 && code < 500 ? 'failed' : 'refused';
      return { outcome, status: code, error, response: error };
    }
  },
};
