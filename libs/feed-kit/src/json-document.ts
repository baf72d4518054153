import { feedUrl, hubUrl } from './addresses.js';
import { archiveMembers, isPage } from './archive-links.js';
import type { FeedState } from './feed-state.js';

/** JSON Feed 1.1 around items that are JSON text already. */
export function jsonDocument(state: FeedState, publicUrl: string, items: readonly string[]): string {
  const { title, description, language } = state.settings;
  const head = JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: `${publicUrl}/`,
    feed_url: feedUrl(publicUrl, state.channelId, 'json'),
    ...(description === '' ? {} : { description }),
    language,
    ...(isPage(state) ? {} : { hubs: [{ type: 'WebSub', url: hubUrl(publicUrl) }] }),
    ...archiveMembers(state, publicUrl),
  });
  return `${head.slice(0, -1)},"items":[\n${items.join(',\n')}\n]}\n`;
}
