import { DEFAULT_PORT, type LauncherSettings } from '@newsrelay/config/launcher';
import { freePort } from '@newsrelay/local-servers/free-port';
import { runUntilStopped, type Work } from '../start.js';
import { shownPath } from '../shown-path.js';
import type { Running } from '../supervisor/supervisor.js';
import { exitCodeOf, type StopSignals } from '../stop-signals.js';
import { isPublicPortFree } from '../supervisor/public-port.js';
import type { Terminal } from '../terminal.js';
import { demoFolder } from './demo-folder.js';
import { feedUrls } from './feeds-check.js';
import { NewsrelayApi, type Article } from './newsrelay-api.js';
import { checkMastodon, statusesAt } from './mastodon-check.js';
import { FEEDS, registerOutlets } from './outlets.js';
import { checkPartner } from './partner-check.js';
import { recordsAt } from './partner-records.js';
import { readDemoRecord, writeDemoRecord, type DemoRecord } from './running-demo.js';
import { takeInSample } from './sample-page.js';
import { StandInProcess } from './stand-in-process.js';
import { MASTODON_ACCOUNT, MASTODON_SITE, PARTNER_SITE } from './stand-ins.js';
import { watchUntilEverywhere } from './watch-deliveries.js';

/** Seconds between attempts: a retry is to be seen by whoever watches, not in five minutes. */
const RETRY_SCHEDULE = [0, 1, 2, 3, 5, 8, 13, 20];
/** The partner is closed for so long: short enough to be waited for, or long enough to open the operators' page meanwhile. */
const CLOSED_FOR_MS = 4_000;
const CLOSED_TO_BE_WATCHED_MS = 12_000;
const LOOPBACK = '127.0.0.0/8';

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
    const partner = await StandInProcess.open(demoSettings.dataDir, PARTNER_SITE);
    const mastodon = await StandInProcess.open(demoSettings.dataDir, MASTODON_SITE);
    const closedForMs = String(options.once ? CLOSED_FOR_MS : CLOSED_TO_BE_WATCHED_MS);
    await partner.start(supervisor, demoSettings.dataDir, terminal.say, [closedForMs]);
    await mastodon.start(supervisor, demoSettings.dataDir, terminal.say);
    const api = new NewsrelayApi(running.localUrl, running.adminKey.value, stopping);
    await registerOutlets(api, { partner, mastodon });
    const before = await recordsAt(partner.url);

    if (!options.once) {
      say('');
      say(`Watch it in a browser: ${running.publicUrl}/   (log in with the API key)`);
    }
    const known = readDemoRecord(demoSettings.dataDir);
    const changed = known === null ? null : await changedSince(api, known, say);
    const articles = changed ?? (await takeInSample(api, say));
    writeDemoRecord(demoSettings.dataDir, {
      url: running.localUrl,
      partnerUrl: partner.url,
      timelineUrl: timelineOf(mastodon),
      articles:
        (changed === null ? null : known?.articles) ?? articles.map(({ id, version }) => ({ id, version })),
    });
    const failure = await watchUntilEverywhere(api, articles, terminal, say, stopping);
    const verdict = checkPartner(
      before,
      await recordsAt(partner.url),
      articles.map(({ id }) => id),
    );
    verdict.lines.forEach(say);
    const account = checkMastodon(
      await statusesAt(mastodon.url, mastodon.secret),
      articles.filter(({ state }) => state === 'published').map(({ id }) => id),
    );
    say(account.line);
    const reason = failure ?? verdict.fault ?? account.fault;
    if (reason !== null) say(`Not everything is as it should be: ${reason}`);
    if (options.once) return reason === null ? 0 : 1;
    addresses(running, { partner, mastodon }, articles, shownPath(settings.dataDir)).forEach(say);
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

/**
 * The articles of an earlier run, if one was corrected or withdrawn since: the page once more would take the
 * correction back, and ask again for what was taken down.
 *
 * @returns null where the page can be taken in again without any effect
 */
async function changedSince(
  api: NewsrelayApi,
  { articles }: DemoRecord,
  say: (line: string) => void,
): Promise<Article[] | null> {
  const now: Article[] = [];
  for (const { id } of articles) {
    const article = await api.article(id);
    // The ledger was made anew since.
    if (article === null) return null;
    now.push(article);
  }
  const changed = now.filter(
    ({ state, version }, index) => state === 'withdrawn' || version !== articles[index]?.version,
  ).length;
  if (changed === 0) return null;
  say('');
  say(
    `${now.length} articles are known from an earlier run, ${changed} of them corrected or withdrawn since.`,
  );
  return now;
}

const timelineOf = ({ url }: StandInProcess): string => `${url}/@${MASTODON_ACCOUNT.username}`;

/** Where what was made can be looked at, as long as the demo is up. */
function addresses(
  { publicUrl, adminKey }: Running,
  { partner, mastodon }: { partner: StandInProcess; mastodon: StandInProcess },
  articles: readonly Article[],
  dataDir: string,
): string[] {
  const setting = dataDir === 'var' ? '' : `NEWSRELAY_DATA_DIR=${dataDir} `;
  const key = adminKey.file === null ? 'NEWSRELAY_ADMIN_KEY' : shownPath(adminKey.file);
  return [
    '',
    'Open in a browser:',
    `  console    ${publicUrl}/   (log in with the API key)`,
    ...FEEDS.map((feed) => `  feed       ${feedUrls(publicUrl, feed).join('  ')}`),
    `  article    ${publicUrl}/articles/${articles[0]?.id ?? ''}`,
    `  partner    ${partner.url}/`,
    `  mastodon   ${timelineOf(mastodon)}`,
    `  API key    ${key} (Bearer, for ${publicUrl}/api/v1/…)`,
    '',
    'Try in a second terminal, and watch it follow everywhere:',
    `  ${setting}./newsrelay demo correct`,
    `  ${setting}./newsrelay demo withdraw`,
    '',
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
    dataDir: demoFolder(settings),
    allowTargets: settings.allowTargets.includes(LOOPBACK)
      ? settings.allowTargets
      : [...settings.allowTargets, LOOPBACK],
    retrySchedule: settings.retrySchedule ?? RETRY_SCHEDULE,
    databaseUrl: null,
    redisUrl: null,
    natsUrl: null,
  };
}
