import { z } from 'zod';
import { announcedSite } from '@newsrelay/channel-kit/announcement';
import type { ChannelManifest } from '@newsrelay/channel-kit/manifest';
import { maxPerMinute } from '@newsrelay/channel-kit/rate';

export const baiduPushSettings = z.strictObject({
  site: announcedSite,
  interface: z
    .enum(['normal', 'daily'])
    .default('normal')
    .describe(
      '普通收录 (normal), or 快速收录 (daily), which Baidu grants to some sites with a small quota of its own',
    ),
  endpoint: z
    .url({ protocol: /^https?$/, message: 'must be an absolute https URL' })
    .max(2048, 'must be at most 2048 characters')
    .refine((text) => !/[?#]/.test(text), { message: 'must be without query: site and token are added' })
    .default('https://data.zz.baidu.com/urls')
    .describe('the interface’s address, without site and token'),
  maxPerMinute,
});
export type BaiduPushSettings = z.infer<typeof baiduPushSettings>;

export const baiduPushSecrets = z.strictObject({
  token: z
    .string()
    .regex(/^[A-Za-z0-9]{8,64}$/, 'must be the token from the search resource platform: letters and digits')
    .describe('from “API 提交” of the search resource platform, part of the address shown there'),
});
export type BaiduPushSecrets = z.infer<typeof baiduPushSecrets>;

export const baiduPushManifest: ChannelManifest = {
  type: 'baidu-push',
  title: { zh: '百度链接提交（API 推送）', en: 'Baidu link submission (API)' },
  settings: baiduPushSettings,
  secrets: baiduPushSecrets,
  // It tells an address once more, at the cost of one of the day's quota. A withdrawal does as well: what takes a page out
  // of the index is its own 410.
  capabilities: { delivery: 'push', edits: true, deletes: true, repeat: 'server-key' },
  limits: { headlineGraphemes: null, requestDeadlineMs: 15_000, rate: null },
  instructions: {
    zh: [
      '新稿、更正与撤回都会把文章地址推送给百度，百度随后自行抓取；撤回的页面返回 410，百度据此删除。',
      '在百度搜索资源平台验证站点后，`site` 填平台上登记的站点地址（含 https://），`token` 取自“API 提交”页面所示接口地址。有快速收录权限的站点可将 `interface` 设为 `daily`。',
      '只推送 `site` 之下的地址。当日配额用完后，其余推送等到次日零点（北京时间）之后自动继续。',
      '若百度的 https 证书不可用，可把 `endpoint` 设为平台所示的 `http://data.zz.baidu.com/urls`，并在 `NEWSRELAY_ALLOW_TARGETS` 中允许其地址；令牌届时以明文传输。',
    ].join('\n\n'),
    en: [
      'Every article, correction and withdrawal pushes the article’s address to Baidu, which then reads it itself; a withdrawn page answers 410, which takes it out of the index.',
      'Verify the site at Baidu’s search resource platform; `site` is its address as registered there (with https://), `token` is in the address that the page “API 提交” shows. Sites with the right to 快速收录 may set `interface` to `daily`.',
      'Only addresses below `site` are pushed. When the day’s quota is used up, the others go on by themselves after midnight, Beijing time.',
      'Where Baidu’s certificate cannot be verified, set `endpoint` to `http://data.zz.baidu.com/urls`, as the platform shows it, and allow its address in `NEWSRELAY_ALLOW_TARGETS`; the token then travels in the clear.',
    ].join('\n\n'),
  },
  targets: (settings) => [{ path: '/endpoint', url: baiduPushSettings.parse(settings).endpoint }],
};
