import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEFAULT_PORT, type LauncherSettings } from '@newsrelay/config/launcher';
import { freePort } from '@newsrelay/local-servers/free-port';
import { runUntilStopped, type Work } from '../start.js';
import { shownPath } from '../shown-path.js';
import type { Running } from '../supervisor/supervisor.js';
import { exitCodeOf, type StopSignals } from '../stop-signals.js';
import { isPublicPortFree } from '../supervisor/public-port.js';
import type { Terminal } from '../terminal.js';
import { deliveriesTable, deliveryTo, type ArticleDeliveries } from './deliveries-table.js';
import { feedUrls, missingFrom } from './feeds-check.js';
import { NewsrelayApi, type Article } from './newsrelay-api.js';
import { FEEDS, OUTLETS, PARTNER, PartnerSite, registerOutlets } from './outlets.js';
import { checkPartner } from './partner-check.js';
import { describeHolds, openProposals } from './proposals.js';

const SAMPLE = fileURLToPath(new URL('../../../../samples/pages/jining-gaoxin-857.txt', import.meta.url));
const SOURCE = 'jngxq';
const SECTION = '要闻';

/** Seconds between attempts: a retry is to be seen by whoever watches, not in five minutes. */
const RETRY_SCHEDULE = [0, 1, 2, 3, 5, 8, 13, 20];
const LOOPBACK = '127.0.0.0/8';

/** How long the articles may take until they are everywhere, in milliseconds. */
const DELIVERED_WITHIN_MS = 120_000;
const POLL_MS = 300;

export interface DemoOptions {
  /** End when all articles are everywhere instead of staying up. */
  readonly once: boolean;
}

/**
 * The sample page's way into the demo's own outlets, in a data folder of its own.
 *
 * @returns exit code: 0 when every article reached every outlet exactly once
 */
export async function runDemo(
  settings: LauncherSettings,
  terminal: Terminal,
  signals: StopSignals,
  options: DemoOptions,
): Promise<number> {
  const demoSettings = await settingsForDemo(settings, terminal);
  const work: Work = async (running, supervisor) => {
    const { stopping } = supervisor;
    // Nothing is shown or decided any more once the end has begun.
    const say = (line: string): void => {
      stopping.throwIfAborted();
      terminal.say(line);
    };
    const partner = await PartnerSite.open(demoSettings.dataDir);
    await partner.start(supervisor, demoSettings.dataDir, terminal.say);
    const api = new NewsrelayApi(running.localUrl, running.adminKey.value, stopping);
    await registerOutlets(api, partner);
    const before = await partner.records();

    const articles = await takeInSample(api, say);
    const failure = await untilEverywhere(api, running.localUrl, articles, terminal, say, stopping);
    const verdict = checkPartner(
      before,
      await partner.records(),
      articles.map(({ id }) => id),
    );
    verdict.lines.forEach(say);
    const reason = failure ?? verdict.fault;
    if (reason !== null) say(`Not everything is as it should be: ${reason}`);
    if (options.once) return reason === null ? 0 : 1;
    addresses(running, partner, articles).forEach(say);
    say('Ctrl-C ends it.');
    return new Promise<number>(() => undefined);
  };
  return runUntilStopped(
    demoSettings,
    terminal,
    signals,
    work,
    options.once ? { interrupted: exitCodeOf } : {},
  );
}

/** Where what was made can be looked at, as long as the demo is up. */
function addresses(
  { publicUrl, adminKey }: Running,
  partner: PartnerSite,
  articles: readonly Article[],
): string[] {
  const key = adminKey.file === null ? 'NEWSRELAY_ADMIN_KEY' : shownPath(adminKey.file);
  return [
    '',
    'Open:',
    ...FEEDS.map((feed) => `  feed       ${feedUrls(publicUrl, feed).join('  ')}`),
    `  article    ${publicUrl}/articles/${articles[0]?.id ?? ''}`,
    `  partner    ${partner.url}/`,
    `  API key    ${key} (Bearer, for ${publicUrl}/api/v1/…)`,
  ];
}

/** The demo keeps to itself: own folder, own servers, outlets on this machine, retries within seconds. */
async function settingsForDemo(settings: LauncherSettings, { say }: Terminal): Promise<LauncherSettings> {
  const others = {
    DATABASE_URL: settings.databaseUrl,
    REDIS_URL: settings.redisUrl,
    NATS_URL: settings.natsUrl,
  };
  const ignored = Object.entries(others).flatMap(([name, url]) => (url === null ? [] : [name]));
  if (ignored.length > 0) say(`The demo uses servers of its own; not used: ${ignored.join(', ')}`);
  let port = settings.port;
  if (port === null && !(await isPublicPortFree(DEFAULT_PORT, settings.bind))) {
    port = await freePort(settings.bind);
    say(`Port ${DEFAULT_PORT} is taken by another program; the demo takes ${port}.`);
  }
  return {
    ...settings,
    port,
    dataDir: join(settings.dataDir, 'demo'),
    allowTargets: settings.allowTargets.includes(LOOPBACK)
      ? settings.allowTargets
      : [...settings.allowTargets, LOOPBACK],
    retrySchedule: settings.retrySchedule ?? RETRY_SCHEDULE,
    databaseUrl: null,
    redisUrl: null,
    natsUrl: null,
  };
}

/** Takes the page in, shows what an editor has to decide, and decides it. @returns the articles in page order */
async function takeInSample(api: NewsrelayApi, say: (line: string) => void): Promise<Article[]> {
  if (!existsSync(SAMPLE)) throw new Error(`the sample page is missing: ${SAMPLE}`);
  const answer = await api.takePage(readFileSync(SAMPLE), SOURCE, SECTION);
  const articles: Article[] = [];
  for (const { id } of answer.articles) articles.push(await api.article(id));
  const known = answer.articles.filter(({ duplicate }) => duplicate).length;
  say('');
  say(`The page: ${describePage(answer.page)}`);
  say(`${articles.length} articles${known === 0 ? '' : `, ${known} of them known from an earlier run`}`);

  const held = articles.filter(({ state }) => state === 'held');
  if (held.length > 0) {
    say('');
    say(`${held.length} of them are held until an editor decides:`);
    for (const article of held) describeHolds(article).forEach(say);
    for (const article of held) {
      const decisions = openProposals(article).map(({ id }) => [id, 'accept'] as const);
      articles[articles.indexOf(article)] = await api.approve(article, Object.fromEntries(decisions));
    }
    say('All proposals are accepted through the API.');
  }
  return articles;
}

function describePage(page: Readonly<Record<string, unknown>>): string {
  const { publication, date, weekday, lunarDate, issueTotal, issueOfYear } = page;
  const shown = (value: unknown, before = '', after = ''): string[] =>
    typeof value === 'string' || typeof value === 'number' ? [`${before}${value}${after}`] : [];
  return [
    ...shown(publication),
    ...shown(date),
    ...shown(weekday),
    ...shown(lunarDate),
    ...shown(issueTotal, '总第', '期'),
    ...shown(issueOfYear, '本年第', '期'),
  ].join(' ');
}

/** Waits, then prints article × outlet. @returns what is missing, or null when everything is everywhere */
async function untilEverywhere(
  api: NewsrelayApi,
  localUrl: string,
  articles: readonly Article[],
  terminal: Terminal,
  say: (line: string) => void,
  stopping: AbortSignal,
): Promise<string | null> {
  const ids = articles.map(({ id }) => id);
  const urls = FEEDS.flatMap((feed) => feedUrls(localUrl, feed));
  const deadline = performance.now() + DELIVERED_WITHIN_MS;
  let rows: ArticleDeliveries[] = [];
  let missing = ids.length * OUTLETS.length;
  let notServed = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      notServed = (await Promise.all(urls.map((url) => missingFrom(url, ids, stopping)))).flat().length;
      rows = [];
      for (const id of ids)
        rows.push({ article: await api.article(id), deliveries: await api.deliveries(id) });
      missing = rows.flatMap((row) =>
        OUTLETS.filter((outlet) => deliveryTo(row, outlet)?.state !== 'delivered'),
      ).length;
      const lost = rows.some((row) =>
        ['dead', 'manual', 'unknown'].includes(deliveryTo(row, PARTNER)?.state ?? ''),
      );
      if (missing + notServed === 0 || lost || performance.now() >= deadline) return;
      await delay(POLL_MS, undefined, { signal: stopping });
    }
  };
  await terminal.during(() => `on the way: ${missing} of ${ids.length * OUTLETS.length} deliveries`, work());
  say('');
  deliveriesTable(rows, OUTLETS).forEach(say);
  say('');
  if (missing + notServed === 0) {
    say(
      `All ${ids.length} articles are at all ${OUTLETS.length} outlets; ${urls.length} feed documents were read back.`,
    );
    return null;
  }
  return `${missing} deliveries are not delivered, ${notServed} feed items are not served`;
}
