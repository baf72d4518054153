import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Agent, request } from 'undici';
import { count, figure, type Count, type SectionResult } from '../measuring/figures.js';
import { load } from '../measuring/load.js';
import { versionOf } from '../measuring/machine.js';
import { processorSecondsOf } from '../measuring/process-tree.js';
import { inTurn } from '../measuring/rounds.js';
import { itemsOf } from '../stand/feed-items.js';
import { articleJson, markers, takeAllIn } from '../stand/articles.js';
import type { Closing } from '../stand/closing.js';
import { startNginx } from '../stand/nginx.js';
import { NodeChild } from '../stand/node-child.js';
import { layBed, type Stand } from '../stand/stand.js';
import { feedFanOut } from './feed-fan-out.js';
import { feedMaking } from './feed-making.js';

const CHANNEL = 'bench-feed';
const PATH = `/feeds/${CHANNEL}.rss`;
const FILLED_MS = 30_000;
const OURS = 'newsrelay';
const FASTIFY = 'bare Fastify route';
const NGINX = 'nginx, the same file';
/** At least, one process each. */
const OF_NGINX = { 200: 0.6, 304: 0.5 } as const;

interface Server {
  readonly url: string;
  /** Of the process that answers. */
  readonly pid: number;
}

interface Round {
  readonly perSecond: number;
  /** Of an answer; null where the system does not tell. */
  readonly processorUs: number | null;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** How often a feed is answered with its bytes, and with 304; what making its documents costs; how soon many feeds serve an article. */
export async function feeds(stand: Stand, own: Closing): Promise<SectionResult> {
  const { items, connections, seconds } = stand.plan.feeds;
  const bed = await layBed(stand, own, 'feeds');
  await bed.newsrelay.createChannel({
    id: CHANNEL,
    type: 'feed',
    name: 'Benchmark',
    settings: { title: '高新区要闻', description: '基准测试', maxItems: items, content: 'full' },
  });
  const agent = new Agent({ connections: 8 });
  own.add(() => agent.destroy());
  await takeAllIn(
    bed.newsrelay.url,
    markers(items).map((marker) => articleJson(marker)),
    bed.newsrelay.key,
    agent,
  );
  const feed = await pollUntil(
    `${items} items in the feed`,
    async () => {
      const answer = await get(bed.newsrelay.url + PATH);
      return itemsOf(answer.body) === items && answer;
    },
    { timeoutMs: FILLED_MS, everyMs: 50 },
  );

  const folder = stand.folder.make('feeds-files');
  own.add(() => {
    stand.folder.remove(folder);
  });
  const files = join(folder, 'files');
  mkdirSync(files, { recursive: true });
  const file = join(files, `${CHANNEL}.rss`);
  writeFileSync(file, feed.body);
  const bare = new NodeChild({
    script: 'bare-feed',
    args: [file, JSON.stringify(contentHeaders(feed.headers))],
    logDir: bed.logDir,
  });
  own.add(() => bare.stop());
  const nginx = await startNginx(folder, files);
  if (nginx !== null) own.add(() => nginx.stop());
  // What is expected is a ratio to the first baseline.
  const servers: Record<string, Server> = {
    [OURS]: { url: bed.newsrelay.url, pid: bed.newsrelay.pidOf('http') },
    ...(nginx === null ? {} : { [NGINX]: nginx }),
    [FASTIFY]: { url: await bare.ask<string>('url'), pid: bare.pid },
  };

  const counts: Count[] = [count('items in the feed', items, itemsOf(feed.body))];
  const figures = [];
  for (const status of [200, 304] as const) {
    const checks = await checked(servers, status, feed.body);
    counts.push(...checks.map(({ check }) => check));
    const contenders = checks.map(({ name, pid, url, headers, bytes }) => {
      const run = async (): Promise<Round> => {
        const before = processorSecondsOf([pid]);
        const seen = await load(url, headers, { connections, seconds, folder, stopping: stand.stopping });
        // An answer that is cut off by the end, or one of another kind, would show here.
        const size = seen.bytes / seen.requests;
        if (Math.abs(size / bytes - 1) > 0.02)
          throw new Error(`${name}: an answer has ${size.toFixed(0)} bytes, not ${bytes}`);
        const after = processorSecondsOf([pid]);
        return {
          perSecond: seen.perSecond,
          processorUs: before === null || after === null ? null : ((after - before) * 1e6) / seen.requests,
        };
      };
      return [name, run] as const;
    });
    stand.say(`answers ${status}`);
    const results = await inTurn(Object.fromEntries(contenders), stand.plan.rounds, stand);
    const of = (read: (round: Round) => number) => {
      const byName = [...results].map(([name, rounds]) => [name, rounds.map(read)] as const);
      const { [OURS]: ours = [], ...baselines } = Object.fromEntries(byName);
      return { ours, baselines };
    };
    figures.push(
      figure({
        name: `feed, ${status}`,
        unit: '/s',
        better: 'higher',
        ...of(({ perSecond }) => perSecond),
        ...(nginx === null ? {} : { expect: { ratioAtLeast: OF_NGINX[status] } }),
      }),
    );
    if ([...results.values()].flat().every(({ processorUs }) => processorUs !== null)) {
      figures.push(
        figure({
          name: `processor time of an answer, ${status}`,
          unit: 'µs',
          better: 'lower',
          ...of(({ processorUs }) => processorUs ?? Number.NaN),
        }),
      );
    }
  }
  figures.push(...(await feedMaking(stand, own, bed.logDir)));
  const fanOut = await feedFanOut(stand, own, bed.newsrelay);
  counts.push(...fanOut.counts);
  figures.push(...fanOut.figures);
  return {
    section: 'feeds',
    title: 'Feeds',
    settings: {
      'items in the feed': items,
      'bytes of the feed': feed.body.length,
      connections,
      'seconds a round': seconds,
      'feeds in the fan-out': stand.plan.feeds.many,
      'load from': versionOf('wrk', '--version') ?? 'wrk',
      ...(nginx === null ? {} : { nginx: `${versionOf('nginx', '-v') ?? 'nginx'}, one worker` }),
    },
    counts,
    figures,
    notes: nginx === null ? ['nginx is not installed here, so nothing is compared with it'] : [],
  };
}

interface Checked {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of one answer, head included. */
  readonly bytes: number;
  readonly check: Count;
}

/** Each contender answers with the same bytes, or with 304 to its own validator. */
async function checked(
  servers: Readonly<Record<string, Server>>,
  status: 200 | 304,
  body: Buffer,
): Promise<Checked[]> {
  return Promise.all(
    Object.entries(servers).map(async ([name, { url: base, pid }]) => {
      const url = base + PATH;
      const whole = await get(url);
      if (!whole.body.equals(body)) throw new Error(`${name} serves other bytes`);
      const headers: Record<string, string> =
        status === 200 ? {} : { 'If-None-Match': whole.headers['etag'] ?? '' };
      const answer = status === 200 ? whole : await get(url, headers);
      const check = count(`status of ${name}`, status, answer.status);
      return { name, pid, url, headers, bytes: headBytes(answer) + answer.body.length, check };
    }),
  );
}

/** As it goes over the wire: status line, one line for each header, an empty line. */
function headBytes({ status, headers }: Answer): number {
  const line = `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Not Modified'}\r\n`;
  return Object.entries(headers).reduce(
    (bytes, [name, value]) => bytes + name.length + Buffer.byteLength(value) + 4,
    line.length + 2,
  );
}

async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const answer = await request(url, { headers });
  const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(flat) as Record<string, string>,
    body: Buffer.from(await answer.body.arrayBuffer()),
  };
}

/** What the bare route is to say as well; what a server adds by itself is left out. */
function contentHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const own = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name)));
}
