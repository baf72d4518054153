import { z } from 'zod';
import type { ChannelManifest } from '@newsrelay/channel-kit/manifest';
import { feedSettings } from './settings.js';

export const feedManifest: ChannelManifest = {
  type: 'feed',
  title: { zh: '订阅源（RSS、Atom、JSON Feed）', en: 'Feed (RSS, Atom, JSON Feed)' },
  settings: feedSettings,
  secrets: z.strictObject({}),
  capabilities: { delivery: 'served', edits: true, deletes: true, repeat: 'server-key' },
  limits: { headlineGraphemes: null, requestDeadlineMs: 5_000, rate: null },
  instructions: {
    zh: [
      '本渠道不向外发送请求：合作方自行抓取 `/feeds/渠道ID.rss`、`.atom` 或 `.json`。',
      '`title` 为订阅源标题；`content` 为 `full`（全文）或 `summary`（摘要加链接）；`maxItems` 为保留的最新文章数；`withdrawalNoticeDays` 为撤回说明保留的天数（默认 30）。',
      '`editions` 为面向特定平台的版本，如 `google`、`msn`、`aggregator-zh`，地址为 `/feeds/渠道ID/版本名.xml`（或 `.json`）。',
      '`access` 为 `token` 时，只有持访问令牌的合作方可以读取；令牌在渠道卡片上建立、更换和撤销。',
      '更正后的文章沿用原编号并附更正说明；撤回的文章在原编号下显示撤回说明。更早的文章在 `/feeds/渠道ID/archive/` 下，程序可用 `/feeds/渠道ID/changes`。',
    ].join('\n\n'),
    en: [
      'Nothing is sent: partners fetch `/feeds/CHANNEL.rss`, `.atom` or `.json`.',
      '`title` is the title of the feed; `content` is `full` or `summary` (the first sentences and a link); `maxItems` is how many of the newest articles it holds; `withdrawalNoticeDays` for how many days the notice of a withdrawal stays (30 if nothing is said).',
      '`editions` names what partners with wishes of their own fetch, such as `google`, `msn` and `aggregator-zh`, each at `/feeds/CHANNEL/EDITION.xml` (or `.json`).',
      'With `access` `token` only partners with a token of the channel may read; tokens are made, rotated and revoked on its card.',
      'A corrected article keeps its id and shows a note; a withdrawn one is replaced by a notice under its id. Older ones are below `/feeds/CHANNEL/archive/`; programs use `/feeds/CHANNEL/changes`.',
    ].join('\n\n'),
  },
  targets: () => [],
  editions: (settings) =>
    (feedSettings.parse(settings).editions ?? []).map((name, at) => ({ path: `/editions/${at}`, name })),
};
