import { z } from 'zod';
import { announcedSite } from '@newsrelay/channel-kit/announcement';
import type { ChannelManifest } from '@newsrelay/channel-kit/manifest';
import { maxPerMinute } from '@newsrelay/channel-kit/rate';

export const indexNowSettings = z.strictObject({
  site: announcedSite,
  key: z
    .string()
    .regex(
      /^[A-Za-z0-9-]{8,128}$/,
      'must be 8 to 128 letters, digits and dashes: make one with `openssl rand -hex 16`',
    )
    .describe(
      'by which engines know that the site itself sends; no secret, since it is served at SITE/KEY.txt',
    ),
  endpoint: z
    .url({ protocol: /^https?$/, message: 'must be an absolute https URL' })
    .max(2048, 'must be at most 2048 characters')
    .default('https://api.indexnow.org/indexnow')
    .describe('where it is told; engines that take part share what they hear'),
  maxPerMinute,
});
export type IndexNowSettings = z.infer<typeof indexNowSettings>;
export type IndexNowSecrets = Record<string, never>;

/** Where the key is served. Below the site's own path, so that it holds for all its pages and no others (protocol, "Option 2"). */
export const keyLocation = ({ site, key }: Pick<IndexNowSettings, 'site' | 'key'>): string =>
  `${site}/${key}.txt`;

export const indexNowManifest: ChannelManifest = {
  type: 'indexnow',
  title: {
    zh: 'IndexNow（必应、Yandex 等搜索引擎）',
    en: 'IndexNow (Bing, Yandex and other search engines)',
  },
  settings: indexNowSettings,
  secrets: z.strictObject({}),
  // It tells an address once more. A withdrawal does as well: what takes a page out of the index is its own 410.
  capabilities: { delivery: 'push', edits: true, deletes: true, repeat: 'server-key' },
  limits: { headlineGraphemes: null, requestDeadlineMs: 15_000, rate: null },
  instructions: {
    zh: [
      '新稿、更正与撤回都会把文章地址告知搜索引擎，引擎随后自行抓取；撤回的页面返回 410，引擎据此删除。',
      '`site` 填本站的公开地址（与 `NEWSRELAY_PUBLIC_URL` 相同），`key` 用 `openssl rand -hex 16` 生成。密钥文件由系统在 `site/key.txt` 自动提供；若 `site` 是另一个网站，请自行在那里放置同名文件，内容即密钥。',
      '只告知 `site` 之下的地址；文章自有地址在别处时不发送任何请求。403 表示引擎没有在 `site/key.txt` 读到密钥，渠道会暂停。',
    ].join('\n\n'),
    en: [
      'Every article, correction and withdrawal tells search engines the article’s address, and they read it themselves; a withdrawn page answers 410, which takes it out of their index.',
      '`site` is the public address of this installation (that of `NEWSRELAY_PUBLIC_URL`); make `key` with `openssl rand -hex 16`. The key file is served at `site/key.txt` by itself; where `site` is another one, put a file of that name there, with the key as its content.',
      'Only addresses below `site` are told of; of an article that lives elsewhere nothing is sent. 403 says that the engine did not find the key at `site/key.txt`, and pauses the channel.',
    ].join('\n\n'),
  },
  targets: (settings) => [{ path: '/endpoint', url: indexNowSettings.parse(settings).endpoint }],
};
