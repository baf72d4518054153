import type { NewsrelayApi } from './newsrelay-api.js';
import type { StandInProcess } from './stand-in-process.js';

/** An outlet of the demo as it is registered through the API. */
interface OutletChannel {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

export const FEEDS = ['yaowen', 'yaowen-brief'] as const;
export const PARTNER = 'partner-site';
export const MASTODON = 'mastodon';
/** Outlets that are called; the others fetch. */
export const CALLED_OUTLETS = [PARTNER, MASTODON] as const;
/** Settings that say where an outlet is: the stand-ins' ports may have been taken meanwhile. */
const ADDRESSES: ReadonlySet<string> = new Set(['url', 'baseUrl']);
/** The outlets in the order of the table. */
export const OUTLETS = [...FEEDS, ...CALLED_OUTLETS] as const;

/** Registers the outlets; those of an earlier run are kept, and told where the stand-ins are now. */
export async function registerOutlets(
  api: NewsrelayApi,
  { partner, mastodon }: { partner: StandInProcess; mastodon: StandInProcess },
): Promise<void> {
  const channels: OutletChannel[] = [
    {
      id: FEEDS[0],
      type: 'feed',
      name: '要闻',
      settings: feedSettings('济宁高新区要闻', '全文', 'full'),
    },
    {
      id: FEEDS[1],
      type: 'feed',
      name: '要闻摘要',
      settings: feedSettings('济宁高新区要闻摘要', '摘要', 'summary'),
    },
    {
      id: PARTNER,
      type: 'webhook',
      name: '合作媒体网站',
      settings: { url: `${partner.url}/hook` },
      secrets: { signingSecret: partner.secret },
    },
    {
      id: MASTODON,
      type: 'mastodon',
      name: '长毛象 Mastodon',
      settings: { baseUrl: mastodon.url },
      secrets: { accessToken: mastodon.secret },
    },
  ];
  for (const channel of channels) {
    const known = await api.channel(channel.id);
    if (known === null) {
      await api.createChannel({
        ...channel,
        enabled: true,
        filter: { sections: ['要闻'], sources: [], keywords: [] },
      });
      continue;
    }
    const moved = Object.entries(channel.settings).filter(
      ([name, value]) => ADDRESSES.has(name) && known.settings[name] !== value,
    );
    if (moved.length > 0) await api.changeChannel(channel.id, { settings: Object.fromEntries(moved) });
  }
}

function feedSettings(
  title: string,
  description: string,
  content: 'full' | 'summary',
): Record<string, unknown> {
  return { title, description, language: 'zh-CN', maxItems: 50, content };
}
