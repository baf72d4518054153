import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { count, figure, type Count, type SectionResult } from '../measuring/figures.js';
import { inTurn } from '../measuring/rounds.js';
import { percentile } from '../measuring/statistics.js';
import type { Received } from '../processes/receiver.js';
import { articleJson, markers, takeIn } from '../stand/articles.js';
import type { Closing } from '../stand/closing.js';
import { startLedgerless } from '../stand/ledgerless.js';
import { openOutlets } from '../stand/outlets.js';
import { layBed, type Stand } from '../stand/stand.js';

const RECEIVED_WITHIN_MS = 60_000;
const OURS = 'newsrelay';
const LEDGERLESS = 'JetStream → addBulk → worker → signed POST, no ledger';
const NULL = 'nothing: posted to the partner by the harness itself';

/** Milliseconds of one round's receipts. */
interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** Time from 202 to each partner's receipt while articles come at a steady rate, whether or not earlier ones have arrived. */
export async function latency(stand: Stand, own: Closing): Promise<SectionResult> {
  const { articles, perSecond, outlets: outletCount } = stand.plan.latency;
  const bed = await layBed(stand, own, 'latency');
  const outlets = await openOutlets(bed, outletCount, own);
  const ledgerless = await startLedgerless(bed, outlets, 'bench-latency', own);
  const agent = new Agent({ connections: 64 });
  own.add(() => agent.destroy());

  const wanted = articles * outletCount;
  const seen = new Map<string, { pushes: number; distinct: number; expected: number }>();
  /** `send` resolves with the moment from which is counted. */
  const round = async (name: string, send: (marker: string) => Promise<bigint>): Promise<Percentiles> => {
    const marks = markers(articles);
    await outlets.receiver.ask('arm');
    const from = performance.now();
    const sent = marks.map(async (marker, index) => {
      await delay(Math.max(from + (index * 1000) / perSecond - performance.now(), 0));
      return [marker.slice('bench-'.length), await send(marker)] as const;
    });
    const begun = new Map(await Promise.all(sent));
    const limit = { count: wanted, timeoutMs: RECEIVED_WITHIN_MS };
    const received = await outlets.receiver.ask<Received>('received', limit, RECEIVED_WITHIN_MS * 2);
    const sum = seen.get(name) ?? { pushes: 0, distinct: 0, expected: 0 };
    seen.set(name, {
      pushes: sum.pushes + received.count,
      distinct: sum.distinct + received.distinct,
      expected: sum.expected + wanted,
    });
    const waits = received.receipts.map(({ marker, at }) => {
      const begin = begun.get(marker);
      if (begin === undefined) throw new Error(`a push arrived that nobody sent: ${marker}`);
      // A push may overtake the answer to whoever sent the article in.
      return Math.max(Number(BigInt(at) - begin) / 1e6, 0.001);
    });
    return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) };
  };
  const intake = (url: string) => (marker: string) =>
    takeIn(url, articleJson(marker), bed.newsrelay.key, agent);

  const results = await inTurn<Percentiles>(
    {
      [OURS]: () => round(OURS, intake(bed.newsrelay.url)),
      [LEDGERLESS]: () => round(LEDGERLESS, intake(ledgerless.url)),
      [NULL]: () =>
        round(NULL, async (marker) => {
          const at = process.hrtime.bigint();
          await Promise.all(outlets.urls.map((url) => post(url, outlets.envelope.join(marker), agent)));
          return at;
        }),
    },
    stand.plan.rounds,
    stand,
  );
  const of = (name: string, key: keyof Percentiles) => (results.get(name) ?? []).map((round) => round[key]);
  const counts: Count[] = [...seen].flatMap(([name, { pushes, distinct, expected }]) => [
    count(`pushes received, ${name}`, expected, pushes),
    count(`different ones among them, ${name}`, expected, distinct),
  ]);
  const parts = { unit: 'ms', better: 'lower' } as const;
  return {
    section: 'latency',
    title: 'From 202 to the partner’s receipt',
    settings: { 'articles a second': perSecond, 'articles a round': articles, outlets: outletCount },
    counts,
    figures: (['p50', 'p99'] as const).map((key) =>
      figure({
        ...parts,
        name: `${key} of the wait`,
        ours: of(OURS, key),
        baselines: { [LEDGERLESS]: of(LEDGERLESS, key), [NULL]: of(NULL, key) },
        ...(key === 'p99' ? { expect: { valueBelow: 150 } } : {}),
      }),
    ),
    notes: [],
  };
}

async function post(url: string, body: string, dispatcher: Agent): Promise<void> {
  const answer = await request(url, { dispatcher, method: 'POST', body });
  await answer.body.dump();
}
