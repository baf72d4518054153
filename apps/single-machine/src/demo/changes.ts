import { setTimeout as delay } from 'node:timers/promises';
import type { LauncherSettings } from '@newsrelay/config/launcher';
import { adminKey } from '../supervisor/kept-keys.js';
import { deliveryTo } from './deliveries-table.js';
import { feedUrls } from './feeds-check.js';
import { demoFolder } from './demo-folder.js';
import { ApiError, existing, NewsrelayApi, type Article } from './newsrelay-api.js';
import { FEEDS, OUTLETS } from './outlets.js';
import { recordsAt } from './partner-records.js';
import { readDemoRecord, type DemoRecord } from './running-demo.js';

/** What can be tried on a demo that is up, from a second terminal. */
export type DemoChange = 'correct' | 'withdraw';

/** How long a change may take until it is everywhere, in milliseconds. */
const EVERYWHERE_WITHIN_MS = 60_000;
const POLL_MS = 50;

/** Put behind the headline by a correction, and taken away by the next one. */
const CORRECTED = '（更正）';
const NOTE = '演示：更正标题';
const REASON = '演示：撤稿';

type Say = (line: string) => void;

/**
 * Corrects or withdraws an article of the demo that is up, and shows when each outlet has followed, by what the
 * outlets themselves serve.
 *
 * @param number of the article in the demo's table; by default the first for a correction, the last for a withdrawal
 * @returns exit code: 0 when it followed everywhere
 */
export async function changeDemo(
  settings: LauncherSettings,
  say: Say,
  change: DemoChange,
  number?: number,
): Promise<number> {
  const folder = demoFolder(settings);
  const record = readDemoRecord(folder);
  if (record === null || !(await answers(record.url))) {
    say(`No demo is up here: start one with ./newsrelay demo, and run this in a second terminal.`);
    return 1;
  }
  const chosen = number ?? (change === 'correct' ? 1 : record.articles.length);
  const id = record.articles[chosen - 1]?.id;
  if (id === undefined) {
    say(`There is no article ${chosen}: the demo has ${record.articles.length}.`);
    return 2;
  }
  const key = adminKey(folder, settings.adminKey).value;
  const api = new NewsrelayApi(record.url, key, new AbortController().signal);
  try {
    return change === 'correct'
      ? await correct(api, record, id, chosen, say)
      : await withdraw(api, record, id, chosen, say);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say(error.message);
    return 1;
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`, { signal: AbortSignal.timeout(3_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function correct(
  api: NewsrelayApi,
  record: DemoRecord,
  id: string,
  number: number,
  say: Say,
): Promise<number> {
  const before = await existing(api, id);
  const headline = before.headline.endsWith(CORRECTED)
    ? before.headline.slice(0, -CORRECTED.length)
    : before.headline + CORRECTED;
  say(`Article ${number}: ${before.headline}`);
  say(`  becomes  ${headline}`);
  const from = performance.now();
  const { version } = await api.correct(id, { headline, note: NOTE });
  say(`  PUT /api/v1/articles/${id}: version ${version} is taken after ${since(from)}`);
  const article = { ...before, version };
  const everywhere = await follow(api, article, `has version ${version}`, from, say);
  const served = await untilServed(record, (text) => text.includes(headline));
  const posted = (await textOf(record.timelineUrl)).includes(headline);
  say(
    `Read back: the new headline stands in ${served.feeds} of ${served.of} feed documents, and ${posted ? 'on' : 'NOT on'} the Mastodon time-line.`,
  );
  say(`The partner's own record: ${await lastAtPartner(record, id)}`);
  return everywhere && served.feeds === served.of && posted ? 0 : 1;
}

async function withdraw(
  api: NewsrelayApi,
  record: DemoRecord,
  id: string,
  number: number,
  say: Say,
): Promise<number> {
  const before = await existing(api, id);
  say(`Article ${number}: ${before.headline}`);
  const from = performance.now();
  const { orderId } = await api.withdraw(id, REASON);
  say(`  POST /api/v1/articles/${id}/withdraw: order ${orderId} stands after ${since(from)}`);
  const article: Article = { ...before, state: 'withdrawn' };
  const everywhere = await follow(api, article, 'has taken it down', from, say);
  const served = await untilServed(record, (text) => !text.includes(before.headline));
  const page = await fetch(`${record.url}/articles/${id}`, { signal: AbortSignal.timeout(10_000) });
  const posted = (await textOf(record.timelineUrl)).includes(before.headline);
  say(
    `Read back: its headline is gone from ${served.feeds} of ${served.of} feed documents and ${posted ? 'NOT from' : 'from'} the Mastodon time-line, and its page answers ${page.status}.`,
  );
  say(`The partner's own record: ${await lastAtPartner(record, id)}`);
  return everywhere && served.feeds === served.of && !posted && page.status === 410 ? 0 : 1;
}

/** Names each outlet as it follows. @returns false when one has not in time */
async function follow(
  api: NewsrelayApi,
  article: Article,
  what: string,
  from: number,
  say: Say,
): Promise<boolean> {
  const open = new Set<string>(OUTLETS);
  for (;;) {
    const deliveries = await api.deliveries(article.id);
    for (const outlet of [...open]) {
      if (deliveryTo({ article, deliveries }, outlet)?.state !== 'delivered') continue;
      open.delete(outlet);
      say(`  ${since(from).padStart(6)}  ${outlet} ${what}`);
    }
    if (open.size === 0) return true;
    if (performance.now() - from > EVERYWHERE_WITHIN_MS) {
      say(`  not yet: ${[...open].join(', ')}; they are tried again by themselves`);
      return false;
    }
    await delay(POLL_MS);
  }
}

/** Reads the feeds until all are as they should be, for two seconds at most: the time within which they follow. */
async function untilServed(
  record: DemoRecord,
  isRight: (feed: string) => boolean,
): Promise<{ feeds: number; of: number }> {
  const urls = FEEDS.flatMap((feed) => feedUrls(record.url, feed));
  const until = performance.now() + 2_000;
  for (;;) {
    const texts = await Promise.all(urls.map(textOf));
    const feeds = texts.filter(isRight).length;
    if (feeds === urls.length || performance.now() > until) return { feeds, of: urls.length };
    await delay(POLL_MS);
  }
}

/** What the partner itself says of the last push of an article. */
async function lastAtPartner({ partnerUrl }: DemoRecord, id: string): Promise<string> {
  const last = (await recordsAt(partnerUrl)).findLast(({ uri }) => uri === `urn:uuid:${id}`);
  if (last === undefined) return 'nothing of this article';
  return `${last.type ?? ''} of version ${last.version ?? ''}, ${last.result}: ${last.headline ?? 'no text'}`;
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text();
}

function since(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(2)} s`;
}
