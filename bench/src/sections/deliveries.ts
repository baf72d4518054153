import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { Agent } from 'undici';
import { count, figure, type Count, type SectionResult } from '../measuring/figures.js';
import { inTurn } from '../measuring/rounds.js';
import { processorSecondsOf } from '../measuring/process-tree.js';
import type { Received } from '../processes/receiver.js';
import { articleJson, AT_ONCE, markers, takeAllIn } from '../stand/articles.js';
import type { Closing } from '../stand/closing.js';
import { startLedgerless } from '../stand/ledgerless.js';
import { NodeChild } from '../stand/node-child.js';
import { openOutlets } from '../stand/outlets.js';
import { queryLedger, serverFacts, type Servers } from '../stand/servers.js';
import { layBed, type Stand } from '../stand/stand.js';

const ROUND_MS = 120_000;
const SETTLE_MS = 30_000;
const OURS = 'newsrelay';
const LEDGERLESS = 'JetStream → addBulk → worker → signed POST, no ledger';
const BARE = 'bare BullMQ + undici';

interface Round {
  readonly perSecond: number;
  /** Of a delivery, by the contender and the servers; null where the system does not tell. */
  readonly processorMs: number | null;
}

/** Deliveries a second from the first article's request to the last partner's receipt. */
export async function deliveries(stand: Stand, own: Closing): Promise<SectionResult> {
  const { articles, outlets: outletCount } = stand.plan.deliveries;
  const bed = await layBed(stand, own, 'deliveries');
  const outlets = await openOutlets(bed, outletCount, own);
  const ledgerless = await startLedgerless(bed, outlets, 'bench-deliveries', own);
  const bare = new NodeChild({
    script: 'bare-queue',
    args: [bed.servers.redisUrl, 'bench-bare'],
    logDir: bed.logDir,
  });
  own.add(() => bare.stop());
  own.add(() => bare.ask('stop').then(() => undefined));
  const agent = new Agent({ connections: AT_ONCE });
  own.add(() => agent.destroy());

  const pids = [...bed.servers.pids, bed.newsrelay.launcher.pid, ...ledgerless.pids, bare.pid];
  const wanted = articles * outletCount;
  const seen = new Map<string, { pushes: number; distinct: number; signed: number; expected: number }>();
  /** One round: what `send` sets going, until the receivers have all of it. */
  const round = async (name: string, send: (marks: readonly string[]) => Promise<void>): Promise<Round> => {
    const marks = markers(articles);
    await outlets.receiver.ask('arm');
    const usedBefore = processorSecondsOf(pids);
    const from = process.hrtime.bigint();
    const [received] = await Promise.all([
      outlets.receiver.ask<Received>('received', { count: wanted, timeoutMs: ROUND_MS }, ROUND_MS * 2),
      send(marks),
    ]);
    const sum = seen.get(name) ?? { pushes: 0, distinct: 0, signed: 0, expected: 0 };
    seen.set(name, {
      pushes: sum.pushes + received.count,
      distinct: sum.distinct + received.distinct,
      signed: sum.signed + received.signed,
      expected: sum.expected + wanted,
    });
    // What is still being written belongs to this round, and must not slow the next contender.
    await settled(bed.servers);
    const usedAfter = processorSecondsOf(pids);
    return {
      perSecond: wanted / (Number(BigInt(received.lastAt) - from) / 1e9),
      processorMs:
        usedBefore === null || usedAfter === null ? null : ((usedAfter - usedBefore) * 1000) / wanted,
    };
  };
  const intake = (url: string) => (marks: readonly string[]) =>
    takeAllIn(
      url,
      marks.map((marker) => articleJson(marker)),
      bed.newsrelay.key,
      agent,
    );

  const results = await inTurn(
    {
      [OURS]: () => round(OURS, intake(bed.newsrelay.url)),
      [LEDGERLESS]: () => round(LEDGERLESS, intake(ledgerless.url)),
      [BARE]: () =>
        round(BARE, async (marks) => {
          await bare.ask('run', { outlets: outlets.urls, envelope: outlets.envelope, markers: marks });
        }),
    },
    stand.plan.rounds,
    stand,
  );

  const counts: Count[] = [...seen].flatMap(([name, { pushes, distinct, signed, expected }]) => [
    count(`pushes received, ${name}`, expected, pushes),
    count(`different ones among them, ${name}`, expected, distinct),
    count(`signed ones among them, ${name}`, name === BARE ? 0 : expected, signed),
  ]);
  const [ledger] = await queryLedger<{ delivered: number; attempts: number }>(
    bed.servers,
    `select count(*) filter (where state = 'delivered')::int as delivered, sum(attempt_count)::int as attempts from deliveries`,
  );
  // The article that showed what a push looks like is one more.
  const ours = (seen.get(OURS)?.expected ?? 0) + outletCount;
  counts.push(count('delivered, in the ledger', ours, ledger?.delivered ?? 0));
  counts.push(count('attempts, in the ledger', ours, ledger?.attempts ?? 0));

  const of = (read: (round: Round) => number) => ({
    ours: (results.get(OURS) ?? []).map(read),
    baselines: Object.fromEntries(
      [LEDGERLESS, BARE].map((name) => [name, (results.get(name) ?? []).map(read)]),
    ),
  });
  return {
    section: 'deliveries',
    title: 'Deliveries through the whole pipeline',
    settings: {
      'articles a round': articles,
      'articles at once': AT_ONCE,
      outlets: outletCount,
      'bytes of a push': outlets.bodyBytes,
      ...(await serverFacts(bed.servers)),
    },
    counts,
    figures: [
      figure({
        name: 'deliveries',
        unit: '/s',
        better: 'higher',
        ...of(({ perSecond }) => perSecond),
        expect: { ratioAtLeast: 0.4 },
      }),
      ...(results.get(OURS)?.every(({ processorMs }) => processorMs !== null)
        ? [
            figure({
              name: 'processor time of a delivery, servers included',
              unit: 'ms',
              better: 'lower',
              ...of(({ processorMs }) => processorMs ?? Number.NaN),
            }),
          ]
        : []),
    ],
    notes: [],
  };
}

/** Until the ledger has every result. */
async function settled(servers: Servers): Promise<void> {
  await pollUntil(
    'all results in the ledger',
    async () => {
      const [row] = await queryLedger<{ open: number }>(
        servers,
        `select count(*)::int as open from deliveries where state <> 'delivered'`,
      );
      return row?.open === 0;
    },
    { timeoutMs: SETTLE_MS, everyMs: 100 },
  );
}
