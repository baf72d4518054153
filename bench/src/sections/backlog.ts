import { setTimeout as delay } from 'node:timers/promises';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Agent } from 'undici';
import { Arrivals } from '../measuring/arrivals.js';
import { count, figure, type SectionResult } from '../measuring/figures.js';
import { memoryOf, processorSecondsOf } from '../measuring/process-tree.js';
import { inTurn } from '../measuring/rounds.js';
import { articleJson, markers, shortArticleJson, takeIn } from '../stand/articles.js';
import { openBadOutlets } from '../stand/bad-outlets.js';
import type { Closing } from '../stand/closing.js';
import { OURS } from '../stand/contenders.js';
import { latencyRound, type Percentiles } from '../stand/latency-round.js';
import { copyArticle } from '../stand/ledger-copies.js';
import { makeChannels, openOutlets } from '../stand/outlets.js';
import { redisUse } from '../stand/redis-use.js';
import { queryLedger } from '../stand/servers.js';
import { layBed, type Bed, type Stand } from '../stand/stand.js';

const BEFORE = 'newsrelay, before the backlog';
const HELD_WITHIN_MS = 30_000;
/** What only the outlet that hangs takes. */
const BACKLOG_SECTION = '积压';
const WELL_SECTION = '要闻';

interface Round extends Percentiles {
  /** Proportional share where the system tells it, else resident pages. */
  readonly memoryMiB: number;
  readonly postgresMiB: number;
  readonly redisMiB: number;
  readonly redisKeys: number;
  /** Cores that all of Newsrelay and the servers used; null where the system does not tell. */
  readonly cores: number | null;
}

/** Memory, and the wait of an outlet that is well, while very many deliveries wait for one that hangs. */
export async function backlog(stand: Stand, own: Closing): Promise<SectionResult> {
  const { rounds, waiting, settleMs, articles, perSecond } = stand.plan.backlog;
  const bed = await layBed(stand, own, 'backlog');
  const { receiver } = await openOutlets(bed, 1, own, { sections: [WELL_SECTION] });
  const bad = await openBadOutlets(bed, own);
  const [id = ''] = await makeChannels(bed, [bad.urls.hung], {
    prefix: 'hung',
    sections: [BACKLOG_SECTION],
  });
  const agent = new Agent({ connections: 64 });
  own.add(() => agent.destroy());

  // While the channel is paused one delivery waits for it, and its copies with it, none of which has a job.
  await bed.newsrelay.call('POST', `/api/v1/channels/${id}/pause`, 200, '{}');
  const [marker = ''] = markers(1);
  await takeIn(bed.newsrelay.url, shortArticleJson(marker, [BACKLOG_SECTION]), bed.newsrelay.key, agent);
  await pollUntil('a delivery that waits', async () => (await waitingFor(bed, id)) === 1, {
    timeoutMs: HELD_WITHIN_MS,
    everyMs: 100,
  });

  const arrivals = new Arrivals();
  const parts = { receiver, arrivals, articles, perSecond, outlets: 1 };
  const round = async (name: string): Promise<Round> => {
    const pids = [...bed.servers.pids, bed.newsrelay.launcher.pid];
    const [usedBefore, from] = [processorSecondsOf(pids), performance.now()];
    const waits = await latencyRound(parts, name, (each) =>
      takeIn(bed.newsrelay.url, articleJson(each, [WELL_SECTION]), bed.newsrelay.key, agent),
    );
    const [usedAfter, seconds] = [processorSecondsOf(pids), (performance.now() - from) / 1000];
    const { usedMiB: redisMiB, keys: redisKeys } = await redisUse(bed.servers);
    return {
      ...waits,
      memoryMiB: megabytesOf(bed.newsrelay.launcher.pid),
      postgresMiB: megabytesOf(bed.servers.postgresPid),
      redisMiB,
      redisKeys,
      cores: usedBefore === null || usedAfter === null ? null : (usedAfter - usedBefore) / seconds,
    };
  };

  const before = await inTurn<Round>({ [BEFORE]: () => round(BEFORE) }, rounds, stand);
  stand.say(`filling the ledger with ${waiting} deliveries that wait`);
  await copyArticle(bed.servers, marker, waiting - 1);
  await bed.newsrelay.call('POST', `/api/v1/channels/${id}/resume`, 200);
  stand.say(`${settleMs / 1000} seconds of work on them`);
  await delay(settleMs, undefined, { signal: stand.stopping });
  const during = await inTurn<Round>({ [OURS]: () => round(OURS) }, rounds, {
    warmUp: false,
    say: stand.say,
  });
  const asked = await bad.process.ask<Record<string, number>>('asked');

  const [ours, baseline] = [during.get(OURS) ?? [], before.get(BEFORE) ?? []];
  const figureOf = (read: (round: Round) => number) => ({
    better: 'lower' as const,
    ours: ours.map(read),
    baselines: { [BEFORE]: baseline.map(read) },
  });
  return {
    section: 'backlog',
    title: 'Very many deliveries that wait for one outlet that hangs',
    settings: {
      'deliveries that wait': waiting,
      'seconds of work on them before': settleMs / 1000,
      'articles a second to an outlet that is well': perSecond,
      'articles a round': articles,
    },
    counts: [
      ...arrivals.counts(),
      count('still waiting, in the ledger', waiting, await waitingFor(bed, id)),
      count('outlets that hang and were asked', 1, Object.keys(asked).length),
    ],
    figures: [
      figure({ name: 'p50 of the wait of the other outlet', unit: 'ms', ...figureOf(({ p50 }) => p50) }),
      figure({ name: 'p99 of the wait of the other outlet', unit: 'ms', ...figureOf(({ p99 }) => p99) }),
      figure({
        name: 'memory of Newsrelay’s processes',
        unit: 'MiB',
        ...figureOf(({ memoryMiB }) => memoryMiB),
      }),
      figure({ name: 'memory of PostgreSQL', unit: 'MiB', ...figureOf(({ postgresMiB }) => postgresMiB) }),
      figure({ name: 'memory of the data in Redis', unit: 'MiB', ...figureOf(({ redisMiB }) => redisMiB) }),
      figure({ name: 'keys in Redis', unit: '', ...figureOf(({ redisKeys }) => redisKeys) }),
      ...(ours.some(({ cores }) => cores === null)
        ? []
        : [
            figure({
              name: 'cores in use, servers included',
              unit: '',
              ...figureOf(({ cores }) => cores ?? Number.NaN),
            }),
          ]),
    ],
    notes: [`requests that the outlet that hangs had: ${asked['hung'] ?? 0}`],
  };
}

/** Deliveries of the channel that are not over; the way to them is a partial index. */
async function waitingFor(bed: Bed, channelId: string): Promise<number> {
  const [row] = await queryLedger<{ waiting: number }>(
    bed.servers,
    `select count(*)::int as waiting from deliveries
     where channel_id = '${channelId}' and state in ('queued', 'sending', 'retrying')`,
  );
  return row?.waiting ?? 0;
}

function megabytesOf(pid: number): number {
  const { pssMiB, rssMiB } = memoryOf(pid);
  return pssMiB ?? rssMiB;
}
