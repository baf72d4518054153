import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Agent } from 'undici';
import { Arrivals } from '../measuring/arrivals.js';
import { count, figure, type SectionResult } from '../measuring/figures.js';
import { inTurn } from '../measuring/rounds.js';
import { articleJson, takeIn } from '../stand/articles.js';
import { openBadOutlets } from '../stand/bad-outlets.js';
import type { Closing } from '../stand/closing.js';
import { OURS } from '../stand/contenders.js';
import { latencyRound, type Percentiles } from '../stand/latency-round.js';
import { makeChannels, openOutlets } from '../stand/outlets.js';
import { queryLedger } from '../stand/servers.js';
import { layBed, type Stand } from '../stand/stand.js';

const ALONE = 'newsrelay, without the bad ones';
const SETTLE_MS = 30_000;
/** How much later the good ones may get theirs. */
const P99_RATIO = 2;
/** A delivery's own turn, and two in which it is put off. */
const TURNS = 3;

interface Round extends Percentiles {
  /** Turns that were put off, of each delivery of the round. */
  readonly turns: number;
}

/** What partner sites that are well feel of six that are ill, each in its own way. */
export async function fairness(stand: Stand, own: Closing): Promise<SectionResult> {
  const { rounds, outlets: outletCount, articles, perSecond } = stand.plan.fairness;
  const bed = await layBed(stand, own, 'fairness');
  stand.say(`making ${outletCount} channels`);
  const { receiver } = await openOutlets(bed, outletCount, own);
  const bad = await openBadOutlets(bed, own);
  const illnesses = Object.keys(bad.urls);
  const ids = await makeChannels(bed, Object.values(bad.urls), { prefix: 'bad' });
  const agent = new Agent();
  own.add(() => agent.destroy());

  const enable = async (enabled: boolean): Promise<void> => {
    for (const id of ids) await bed.newsrelay.changeChannel(id, { enabled });
    if (enabled) return;
    // No round may find a turn of the one before it still waiting for an answer.
    await pollUntil(
      'the bad ones left alone',
      async () => {
        await bad.process.ask('letGo');
        const [row] = await queryLedger<{ sending: boolean }>(
          bed.servers,
          `select exists (select from deliveries where state = 'sending') as sending`,
        );
        return row?.sending === false;
      },
      { timeoutMs: SETTLE_MS, everyMs: 100 },
    );
  };

  const arrivals = new Arrivals();
  const parts = { receiver, arrivals, articles, perSecond, outlets: outletCount };
  const round = (name: string, ill: boolean) => async (): Promise<Round> => {
    await enable(ill);
    const parksBefore = await bed.newsrelay.counter('newsrelay_parks_total');
    const percentiles = await latencyRound(parts, name, (marker) =>
      takeIn(bed.newsrelay.url, articleJson(marker), bed.newsrelay.key, agent),
    );
    const parks = (await bed.newsrelay.counter('newsrelay_parks_total')) - parksBefore;
    const deliveries = articles * (outletCount + (ill ? ids.length : 0));
    return { ...percentiles, turns: 1 + parks / deliveries };
  };
  const results = await inTurn<Round>(
    { [OURS]: round(OURS, true), [ALONE]: round(ALONE, false) },
    rounds,
    stand,
  );
  const asked = await bad.process.ask<Record<string, number>>('asked');
  const figureOf = (key: keyof Round) => ({
    better: 'lower' as const,
    ours: (results.get(OURS) ?? []).map((each) => each[key]),
    baselines: { [ALONE]: (results.get(ALONE) ?? []).map((each) => each[key]) },
  });
  return {
    section: 'fairness',
    title: 'Outlets that are well, beside six that are not',
    settings: {
      'outlets that are well': outletCount,
      'outlets that are not': illnesses.join(', '),
      'articles a second': perSecond,
      'articles a round': articles,
    },
    counts: [
      ...arrivals.counts(),
      count('bad outlets that were asked', illnesses.length, Object.keys(asked).length),
    ],
    figures: [
      figure({ name: 'p50 of the wait of those that are well', unit: 'ms', ...figureOf('p50') }),
      figure({
        name: 'p99 of the wait of those that are well',
        unit: 'ms',
        ...figureOf('p99'),
        expect: { ratioAtMost: P99_RATIO },
      }),
      figure({
        name: 'turns of a delivery: one, and each that was put off',
        unit: '',
        ...figureOf('turns'),
        expect: { valueAtMost: TURNS },
      }),
    ],
    notes: Object.entries(asked).map(([name, requests]) => `${name}: ${requests} requests`),
  };
}
