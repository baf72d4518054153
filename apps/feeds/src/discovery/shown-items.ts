import { z } from 'zod';
import type { ListedFeed } from './feed-directory.js';
import type { ShownItem } from './feed-pages.js';

/** What the page of a feed reads of its JSON document. */
const jsonFeed = z.object({
  title: z.string(),
  description: z.string().default(''),
  language: z.string(),
  items: z.array(
    z.object({
      url: z.string(),
      title: z.string(),
      date_published: z.string().transform((text) => new Date(text)),
      language: z.string().optional(),
    }),
  ),
});

/**
 * A feed and its items as its own JSON document has them: a page that is read from what is served cannot show a withdrawn
 * text that the feed has dropped already.
 */
export function shownFeed(channelId: string, json: Buffer): { feed: ListedFeed; items: ShownItem[] } {
  const { title, description, language, items } = jsonFeed.parse(JSON.parse(json.toString('utf8')));
  return {
    feed: { channelId, title, description, language },
    items: items.map((item) => ({
      title: item.title,
      url: item.url,
      publishedAt: item.date_published,
      language: item.language ?? language,
    })),
  };
}
