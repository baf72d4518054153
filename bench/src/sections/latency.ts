import { Agent, request } from 'undici';
import { Arrivals } from '../measuring/arrivals.js';
import { figure, type SectionResult } from '../measuring/figures.js';
import { inTurn } from '../measuring/rounds.js';
import { articleJson, takeIn } from '../stand/articles.js';
import type { Closing } from '../stand/closing.js';
import { LEDGERLESS, OURS } from '../stand/contenders.js';
import { latencyRound, type Percentiles } from '../stand/latency-round.js';
import { startLedgerless } from '../stand/ledgerless.js';
import { openOutlets } from '../stand/outlets.js';
import { layBed, type Stand } from '../stand/stand.js';

const NULL = 'nothing: posted to the partner by the harness itself';
/** At most, in milliseconds. */
const EXPECTED = { p50: 25, p99: 80 } as const;

/** Time from 202 to each partner's receipt while articles come at a steady rate, whether or not earlier ones have arrived. */
export async function latency(stand: Stand, own: Closing): Promise<SectionResult> {
  const { articles, perSecond, outlets: outletCount } = stand.plan.latency;
  const bed = await layBed(stand, own, 'latency');
  const outlets = await openOutlets(bed, outletCount, own);
  const ledgerless = await startLedgerless(bed, outlets, 'bench-latency', own);
  const agent = new Agent({ connections: 64 });
  own.add(() => agent.destroy());

  const arrivals = new Arrivals([NULL]);
  const parts = { receiver: outlets.receiver, arrivals, articles, perSecond, outlets: outletCount };
  const intake = (url: string) => (marker: string) =>
    takeIn(url, articleJson(marker), bed.newsrelay.key, agent);

  const results = await inTurn<Percentiles>(
    {
      [OURS]: () => latencyRound(parts, OURS, intake(bed.newsrelay.url)),
      [LEDGERLESS]: () => latencyRound(parts, LEDGERLESS, intake(ledgerless.url)),
      [NULL]: () =>
        latencyRound(parts, NULL, async (marker) => {
          const at = process.hrtime.bigint();
          await Promise.all(outlets.urls.map((url) => post(url, outlets.envelope.join(marker), agent)));
          return at;
        }),
    },
    stand.plan.rounds,
    stand,
  );
  const of = (name: string, key: keyof Percentiles) => (results.get(name) ?? []).map((round) => round[key]);
  return {
    section: 'latency',
    title: 'From 202 to the partner’s receipt',
    settings: { 'articles a second': perSecond, 'articles a round': articles, outlets: outletCount },
    counts: arrivals.counts(),
    figures: (['p50', 'p99'] as const).map((key) =>
      figure({
        name: `${key} of the wait`,
        unit: 'ms',
        better: 'lower',
        ours: of(OURS, key),
        baselines: { [LEDGERLESS]: of(LEDGERLESS, key), [NULL]: of(NULL, key) },
        expect: { valueAtMost: EXPECTED[key] },
      }),
    ),
    notes: [],
  };
}

async function post(url: string, body: string, dispatcher: Agent): Promise<void> {
  const answer = await request(url, { dispatcher, method: 'POST', body });
  await answer.body.dump();
}
