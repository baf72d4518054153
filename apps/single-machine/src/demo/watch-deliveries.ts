import { setTimeout as delay } from 'node:timers/promises';
import type { Terminal } from '../terminal.js';
import { deliveriesTable, deliveryTo, type ArticleDeliveries } from './deliveries-table.js';
import { feedUrls, missingFrom } from './feeds-check.js';
import { existing, type Article, type NewsrelayApi } from './newsrelay-api.js';
import { OutletNews } from './outlet-news.js';
import { CALLED_OUTLETS, FEEDS, OUTLETS } from './outlets.js';

/** How long the articles may take until they are everywhere, in milliseconds. */
const DELIVERED_WITHIN_MS = 120_000;
const POLL_MS = 300;

/** Ends of a delivery at which nothing more happens by itself. */
const GIVEN_UP = new Set(['dead', 'manual', 'unknown']);

/**
 * Shows how the articles reach the outlets, then prints article × outlet.
 *
 * @returns what is missing, or null when everything is where it belongs
 */
export async function watchUntilEverywhere(
  api: NewsrelayApi,
  articles: readonly Article[],
  terminal: Terminal,
  say: (line: string) => void,
  stopping: AbortSignal,
): Promise<string | null> {
  const ids = articles.map(({ id }) => id);
  const public_ = articles.filter(({ state }) => state === 'published').map(({ id }) => id);
  const urls = FEEDS.flatMap((feed) => feedUrls(api.baseUrl, feed));
  const from = performance.now();
  const news = new OutletNews(OUTLETS);
  let rows: ArticleDeliveries[] = [];
  let looks = 0;
  let missing = ids.length * OUTLETS.length;
  let notServed = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      notServed = (await Promise.all(urls.map((url) => missingFrom(url, public_, stopping)))).flat().length;
      rows = [];
      for (const id of ids)
        rows.push({ article: await existing(api, id), deliveries: await api.deliveries(id) });
      missing = rows.flatMap((row) =>
        OUTLETS.filter((outlet) => deliveryTo(row, outlet)?.state !== 'delivered'),
      ).length;
      const seconds = looks++ === 0 && missing === 0 ? 0 : (performance.now() - from) / 1000;
      news.since(rows, seconds).forEach(say);
      const lost = rows.some((row) =>
        CALLED_OUTLETS.some((outlet) => GIVEN_UP.has(deliveryTo(row, outlet)?.state ?? '')),
      );
      if (missing + notServed === 0 || lost || performance.now() - from >= DELIVERED_WITHIN_MS) return;
      await delay(POLL_MS, undefined, { signal: stopping });
    }
  };
  say('');
  await terminal.during(() => `on the way: ${missing} of ${ids.length * OUTLETS.length} deliveries`, work());
  say('');
  deliveriesTable(rows, OUTLETS).forEach(say);
  say('');
  if (missing + notServed > 0) {
    return `${missing} deliveries are not delivered, ${notServed} feed items are not served`;
  }
  const withdrawn = ids.length - public_.length;
  say(
    withdrawn === 0
      ? `All ${ids.length} articles are at all ${OUTLETS.length} outlets; ${urls.length} feed documents were read back.`
      : `${public_.length} articles are at all ${OUTLETS.length} outlets, ${withdrawn} withdrawn ones at none; ${urls.length} feed documents were read back.`,
  );
  return null;
}
