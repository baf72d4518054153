import { linkedTo } from '@newsrelay/channel-feed/fragments';
import { withdrawalNotice } from '@newsrelay/channel-feed/withdrawal-notice';
import type { ItemFragments } from '@newsrelay/channel-feed/rendition';
import { articlePageUrl } from './addresses.js';
import type { FeedEntry, FeedState } from './feed-state.js';

/** The entry's fragments in the content the feed is set to; of a withdrawn one the notice, made from ids and times. */
export function fragmentsOfEntry(
  entry: FeedEntry,
  content: FeedState['settings']['content'],
  publicUrl: string,
): ItemFragments {
  const page = articlePageUrl(publicUrl, entry.articleId);
  if (entry.withdrawnAt === null) {
    const fragments = entry.rendition[content];
    return entry.linksHere ? linkedTo(fragments, page) : fragments;
  }
  return withdrawalNotice({
    articleId: entry.articleId,
    withdrawnAt: entry.withdrawnAt,
    publishedAt: entry.publishedAt,
    language: entry.language,
    link: page,
  });
}
