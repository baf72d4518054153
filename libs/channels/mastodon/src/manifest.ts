import { z } from 'zod';
import type { ChannelManifest } from '@newsrelay/channel-kit/manifest';

export const mastodonSettings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/, message: 'must be the absolute https URL of the instance' })
    .max(2048, 'must be at most 2048 characters')
    .refine((url) => ['', '/'].includes(new URL(url).pathname) && !/[?#]/.test(url), {
      message: 'must be the address of the instance alone, such as https://mastodon.example',
    })
    .transform((url) => new URL(url).origin)
    .describe('the instance, such as https://mastodon.example'),
  visibility: z
    .enum(['public', 'unlisted', 'private'])
    .default('public')
    .describe('who sees a status: all, all but public time-lines, or followers'),
});
export type MastodonSettings = z.infer<typeof mastodonSettings>;

export const mastodonSecrets = z.strictObject({
  accessToken: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/, 'must be the access token, without spaces')
    .describe('access token of the account'),
});
export type MastodonSecrets = z.infer<typeof mastodonSecrets>;

/** Scopes that the token needs. `read:accounts` and `read:statuses` are what a look-up after an unknown outcome reads with. */
export const SCOPES = ['write:statuses', 'read:accounts', 'read:statuses'] as const;

export const mastodonManifest: ChannelManifest = {
  type: 'mastodon',
  title: { zh: 'Mastodon（长毛象）', en: 'Mastodon' },
  settings: mastodonSettings,
  secrets: mastodonSecrets,
  // Mastodon keeps an Idempotency-Key for an hour, and some of its relatives ignore it: the account's own statuses are read first.
  capabilities: { delivery: 'push', edits: true, deletes: true, repeat: 'find-first' },
  // Of an instance with its own limits the formatter cuts the headline, if need be.
  limits: {
    headlineGraphemes: null,
    requestDeadlineMs: 15_000,
    // Of one account (Mastodon's documentation, "Rate limits"): 300 within 5 minutes, look-ups included; half is left for people.
    rate: { requests: 150, perSeconds: 300 },
  },
  instructions: {
    zh: [
      '在 Mastodon 的“首选项 → 开发 → 新建应用”中新建应用，勾选权限 `write:statuses`、`read:accounts`、`read:statuses`，保存后把“访问令牌”填入 `accessToken`；`baseUrl` 为实例地址，如 `https://mastodon.example`。',
      '每篇新稿发一条嘟文：引题、标题、正文开头、来源与署名、原文链接。字数上限取自实例（未能询问时按 500 字、每个链接 23 字），截断处以“…”标出，并记入成稿。图片不上传，由链接卡片显示。',
      '稿中的 `@`、`#` 与网址后加零宽空格，不会提及他人、不会成为话题或链接。',
      '更正会编辑原嘟文；撤回会删除。若原嘟文已在平台上被人删除，更正会另发一条；不想再出现的文章请撤回。',
      '发送后没有回音时，先查本账号自己的嘟文，已有则不再发。401、403 会暂停本渠道：换令牌后恢复。更换实例或账号请另建渠道，旧嘟文不随之迁移。',
    ].join('\n\n'),
    en: [
      'In “Preferences → Development → New application” make an application with the scopes `write:statuses`, `read:accounts` and `read:statuses`, and enter its access token as `accessToken`; `baseUrl` is the instance, such as `https://mastodon.example`.',
      'Every article becomes a status: kicker, headline, the beginning of the body, source and names, and the link. The limit of characters is the instance’s own (500, and 23 a link, while it cannot be asked); what is cut ends with “…” and is recorded. Images are not uploaded: the link’s card shows them.',
      'A zero width space after `@`, `#` and the scheme of an address keeps the text from mentioning people and from becoming hashtags or links.',
      'A correction edits the status, a withdrawal deletes it. Where somebody deleted the status on the platform, a correction posts a new one: withdraw an article that is not to come back.',
      'Where no answer came the account’s own statuses are read first, and what is there is not posted again. 401 and 403 pause the channel: resume it with a new token. For another instance or account make another channel; old statuses stay where they are.',
    ].join('\n\n'),
  },
  targets: (settings) => [{ path: '/baseUrl', url: mastodonSettings.parse(settings).baseUrl }],
};
