import { z } from 'zod';
import { classifyAnswer } from '@newsrelay/channel-kit/classify-http';
import type { OutboundAnswer } from '@newsrelay/channel-kit/outbound-http';
import {
  generateSigningSecret,
  readSigningSecret,
  signedHeaders,
} from '@newsrelay/channel-kit/standard-webhooks';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { textOfEvent } from '../alarm-text.js';
import { classifyNoAnswer } from '../robot-answer.js';
import type { Alarm, AlarmMessage, AlarmSink, SendResult } from '../sink.js';
import { wordingOf } from '../wording/wordings.js';

/* Standard Webhooks 1.0, signed as the pushes to partners are. */

const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, message: 'must be an absolute https URL' })
    .max(2048, 'must be at most 2048 characters')
    .describe('where alarms are posted to'),
});
const secrets = z.strictObject({
  signingSecret: z
    .string()
    .refine((secret) => readSigningSecret(secret) !== null, {
      message: 'must be "whsec_" and 24 to 64 bytes in base64',
    })
    .describe('Standard Webhooks signing secret; generated where none is given'),
});
type Settings = z.infer<typeof settings>;
type Secrets = z.infer<typeof secrets>;

function viewOf(alarm: Alarm, language: AlarmMessage['language']) {
  const { id, phase, event, severity, at, endedAt } = alarm;
  return {
    id,
    phase,
    ...event,
    severity,
    at: toShanghaiTime(at),
    endedAt: endedAt === null ? null : toShanghaiTime(endedAt),
    text: textOfEvent(event, language),
  };
}

/** The body of a message, pure. */
export function webhookBody({ alarms, language }: AlarmMessage, now: Date): string {
  const timestamp = toShanghaiTime(now);
  if (alarms.length === 0) {
    const { text } = wordingOf(language).test;
    return JSON.stringify({ type: 'operator.test', timestamp, data: { text } });
  }
  const events = alarms.map((alarm) => viewOf(alarm, language));
  return JSON.stringify({ type: 'operator.events', timestamp, data: { events } });
}

function resultOf(answer: OutboundAnswer, now: Date): SendResult {
  const { outcome, status, error, response, retryAfterSeconds } = classifyAnswer(answer, now);
  const seen = { status, response, error };
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (outcome === 'delivered') return { ...seen, outcome: 'sent' };
  if (outcome === 'rate-limited' || retryAfterSeconds !== undefined)
    return { ...seen, ...wait, outcome: 'too-often' };
  return { ...seen, outcome: outcome === 'transient' ? 'failed' : 'refused' };
}

export const webhookSink: AlarmSink<Settings, Secrets> = {
  manifest: {
    type: 'webhook',
    title: { zh: '签名 Webhook', en: 'Signed webhook' },
    settings,
    secrets,
    limits: { alarmsPerMessage: 100, restSeconds: 1, tooOftenSeconds: 60, deadlineMs: 15_000 },
    instructions: {
      zh: '告警以 HTTPS POST 发送到 `url`，正文为 JSON（`type: "operator.events"`，`data.events` 为告警列表）。请用 `signingSecret` 按 Standard Webhooks 1.0 验签，按每条的 `id` 与 `phase` 去重。未填 `signingSecret` 时由系统生成，只显示一次。',
      en: 'Alarms are posted to `url` as JSON (`type: "operator.events"`, the alarms in `data.events`). Verify it with `signingSecret` by Standard Webhooks 1.0, and know repeats by the `id` and `phase` of each. Without a `signingSecret` one is made and shown once.',
    },
    targets: ({ url }) => [{ path: '/settings/url', url }],
    generateSecrets: () => ({ signingSecret: generateSigningSecret() }),
  },
  send: async (message, target, { http, now }) => {
    const body = webhookBody(message, now);
    try {
      const answer = await http.request({
        method: 'POST',
        url: target.settings.url,
        headers: {
          'content-type': 'application/json',
          ...signedHeaders(target.secrets.signingSecret, message.id, now, body),
        },
        body,
      });
      return resultOf(answer, now);
    } catch (failure) {
      return classifyNoAnswer(failure);
    }
  },
};
