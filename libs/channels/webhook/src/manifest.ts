import { z } from 'zod';
import type { ChannelManifest } from '@newsrelay/channel-kit/manifest';
import { maxPerMinute } from '@newsrelay/channel-kit/rate';
import { generateSigningSecret, readSigningSecret } from '@newsrelay/channel-kit/standard-webhooks';

export const webhookSettings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, message: 'must be an absolute https URL' })
    .max(2048, 'must be at most 2048 characters')
    .describe('where the partner takes pushes'),
  maxPerMinute,
});
export type WebhookSettings = z.infer<typeof webhookSettings>;

export const webhookSecrets = z.strictObject({
  signingSecret: z
    .string()
    .refine((secret) => readSigningSecret(secret) !== null, {
      message: 'must be "whsec_" and 24 to 64 bytes in base64',
    })
    .describe('Standard Webhooks signing secret; generated where none is given'),
});
export type WebhookSecrets = z.infer<typeof webhookSecrets>;

export const webhookManifest: ChannelManifest = {
  type: 'webhook',
  title: { zh: '合作站点推送（Webhook）', en: 'Partner push (webhook)' },
  settings: webhookSettings,
  secrets: webhookSecrets,
  // A partner deduplicates by `webhook-id`, so that an attempt of unknown outcome may be sent again.
  capabilities: { delivery: 'push', edits: true, deletes: true, repeat: 'server-key' },
  limits: { headlineGraphemes: null, requestDeadlineMs: 15_000, rate: null },
  instructions: {
    zh: [
      '每篇新稿、更正与撤回都以 HTTPS POST 推送到 `url`，正文为 JSON，其中 `data.article` 为 ninjs 3.1。',
      '请用 `signingSecret` 按 Standard Webhooks 1.0 验签（`webhook-id`、`webhook-timestamp`、`webhook-signature`），并按 `webhook-id` 去重。',
      '15 秒内以 2xx 应答即为送达；重定向不跟随；401、403、410 会暂停本渠道；429、503 按 `Retry-After` 等待后重试。',
      '未填 `signingSecret` 时由系统生成，只显示一次。',
    ].join('\n\n'),
    en: [
      'Every article, correction and withdrawal is sent to `url` as an HTTPS POST of JSON; `data.article` is ninjs 3.1.',
      'Verify it with `signingSecret` by Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature`) and deduplicate by `webhook-id`.',
      'A 2xx within 15 seconds is delivered; redirects are not followed; 401, 403 and 410 pause the channel; 429 and 503 are retried after `Retry-After`.',
      'Without a `signingSecret` one is made and shown once.',
    ].join('\n\n'),
  },
  targets: (settings) => [{ path: '/url', url: webhookSettings.parse(settings).url }],
  generateSecrets: () => ({ signingSecret: generateSigningSecret() }),
};
