import { Agent, request } from 'undici';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { count, figure, type Count, type Figure } from '../measuring/figures.js';
import { memoryOf } from '../measuring/process-tree.js';
import { itemsOf } from '../stand/feed-items.js';
import { articleJson, markers, takeAllIn, takeIn } from '../stand/articles.js';
import type { Closing } from '../stand/closing.js';
import type { Newsrelay } from '../stand/newsrelay.js';
import type { Stand } from '../stand/stand.js';

/** Of these feeds; the others get the articles of everybody alone. */
const FEW = 'bench-few';
const ALL = 'bench-all';
const FILLED_MS = 900_000;
const SERVED_MS = 300_000;
const AT_ONCE = 32;

interface Made {
  readonly counts: Count[];
  readonly figures: Figure[];
}

/**
 * Time from an article's 202 until the last feed that it belongs to serves it, of many feeds that are all
 * polled with the validators that readers have, in plain bytes; and memory of the process that serves them.
 */
export async function feedFanOut(stand: Stand, own: Closing, newsrelay: Newsrelay): Promise<Made> {
  const { many, items } = stand.plan.feeds;
  const agent = new Agent({ connections: AT_ONCE });
  own.add(() => agent.destroy());
  const memory = () => mebibytesOf(newsrelay.pidOf('http'));
  const before = memory();

  const ids = Array.from({ length: many }, (_, at) => `many-${String(at).padStart(4, '0')}`);
  const few = new Set(ids.filter((_, at) => at % 10 === 0));
  stand.say(`${many} feeds`);
  await inParallel(ids, async (id) => {
    const sections = few.has(id) ? [ALL, FEW] : [ALL];
    await newsrelay.createChannel({
      id,
      type: 'feed',
      name: id,
      filter: { sections, sources: [], keywords: [] },
      settings: { title: id, maxItems: items },
    });
  });
  const readers = ids.map((id) => new Reader(`${newsrelay.url}/feeds/${id}.rss`, agent));
  const fewReaders = readers.filter((_, at) => few.has(ids[at] ?? ''));
  stand.say(`${items} articles to each`);
  await takeAllIn(
    newsrelay.url,
    markers(items).map((marker) => articleJson(marker, [ALL])),
    newsrelay.key,
    agent,
  );
  await served(readers, `${items} articles`, (feed) => itemsOf(feed) === items, FILLED_MS);
  const after = memory();

  const times: Record<'all' | 'few' | 'one', number[]> = { all: [], few: [], one: [] };
  let untouched = 0;
  for (let round = 0; round <= stand.plan.rounds; round += 1) {
    for (const [to, section, affected] of [
      ['all', ALL, readers],
      ['few', FEW, fewReaders],
      // The time that one reader waits for its feed, of an article that goes to as many.
      ['one', FEW, fewReaders.slice(0, 1)],
    ] as const) {
      stand.say(`${round === 0 ? 'warm-up' : `round ${round} of ${stand.plan.rounds}`}: ${to}`);
      const others = readers.filter((reader) => !fewReaders.includes(reader));
      const seen = others.map(({ etag }) => etag);
      const [marker = ''] = markers(1);
      const at = await takeIn(newsrelay.url, articleJson(marker, [section]), newsrelay.key, agent);
      const last = await served(affected, marker, (feed) => feed.includes(marker), SERVED_MS);
      if (round > 0) times[to].push(Number(last - at) / 1e6);
      if (to === 'all') continue;
      // Whoever asks for a feed that the article does not belong to is answered 304.
      await inParallel(others, async (reader) => {
        await reader.poll();
      });
      untouched += others.filter(({ etag }, index) => etag !== seen[index]).length;
    }
  }
  const one = { [`until the first of ${few.size} feeds`]: times.one };
  return {
    counts: [count('feeds that changed although the article does not belong to them', 0, untouched)],
    figures: [
      figure({
        name: `an article's 202 until ${many} of ${many} feeds serve it`,
        unit: 'ms',
        better: 'lower',
        ours: times.all,
        baselines: one,
      }),
      figure({
        name: `an article's 202 until ${few.size} of ${many} feeds serve it`,
        unit: 'ms',
        better: 'lower',
        ours: times.few,
        baselines: one,
      }),
      figure({
        name: `memory of the HTTP process with ${many} feeds of ${items} articles, all polled`,
        unit: 'MiB',
        better: 'lower',
        ours: [after],
        baselines: { 'before any feed': [before] },
      }),
    ],
  };
}

/** A reader that keeps the validator of what it got. */
class Reader {
  etag = '';

  constructor(
    private readonly url: string,
    private readonly agent: Agent,
  ) {}

  /** @returns the feed where it changed since the last time */
  async poll(): Promise<Buffer | null> {
    const headers = this.etag === '' ? {} : { 'if-none-match': this.etag };
    const answer = await request(this.url, { dispatcher: this.agent, headers });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    if (answer.statusCode === 304) return null;
    if (answer.statusCode !== 200) throw new Error(`${this.url}: ${answer.statusCode}`);
    this.etag = String(answer.headers['etag']);
    return bytes;
  }
}

/** Polls until each of them got a feed that is as it should be. @returns when the last of them had it */
async function served(
  readers: readonly Reader[],
  what: string,
  isThere: (feed: Buffer) => boolean,
  timeoutMs: number,
): Promise<bigint> {
  const waiting = new Set(readers);
  await pollUntil(
    `${what} in ${readers.length} feeds`,
    async () => {
      await inParallel([...waiting], async (reader) => {
        const feed = await reader.poll();
        if (feed !== null && isThere(feed)) waiting.delete(reader);
      });
      return waiting.size === 0;
    },
    { timeoutMs, everyMs: 5 },
  );
  return process.hrtime.bigint();
}

function mebibytesOf(pid: number): number {
  const { pssMiB, rssMiB } = memoryOf(pid);
  return pssMiB ?? rssMiB;
}

async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
