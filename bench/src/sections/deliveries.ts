import { Agent } from 'undici';
import { Arrivals } from '../measuring/arrivals.js';
import { count, figure, type SectionResult } from '../measuring/figures.js';
import { inTurn } from '../measuring/rounds.js';
import { articleJson, AT_ONCE, markers, takeAllIn } from '../stand/articles.js';
import type { Closing } from '../stand/closing.js';
import { LEDGERLESS, OURS } from '../stand/contenders.js';
import { deliveredInLedger, deliveryRound } from '../stand/delivery-round.js';
import { processorFigures } from '../stand/processor-figures.js';
import { startLedgerless } from '../stand/ledgerless.js';
import { NodeChild } from '../stand/node-child.js';
import { openOutlets } from '../stand/outlets.js';
import { serverFacts } from '../stand/servers.js';
import { layBed, type Stand } from '../stand/stand.js';

const BARE = 'bare BullMQ + undici';

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

  const arrivals = new Arrivals([BARE]);
  const parts = {
    receiver: outlets.receiver,
    servers: bed.servers,
    pids: [...bed.servers.pids, bed.newsrelay.launcher.pid, ...ledgerless.pids, bare.pid],
    arrivals,
  };
  const wanted = articles * outletCount;
  const intake = (name: string, url: string) => () => {
    const texts = markers(articles).map((marker) => articleJson(marker));
    return deliveryRound(parts, name, wanted, () => takeAllIn(url, texts, bed.newsrelay.key, agent));
  };
  const results = await inTurn(
    {
      [OURS]: intake(OURS, bed.newsrelay.url),
      [LEDGERLESS]: intake(LEDGERLESS, ledgerless.url),
      [BARE]: () =>
        deliveryRound(parts, BARE, wanted, async () => {
          const { urls, envelope } = outlets;
          await bare.ask('run', { outlets: urls, envelope, markers: markers(articles) });
        }),
    },
    stand.plan.rounds,
    stand,
  );

  const ledger = await deliveredInLedger(bed.servers);
  // The article that showed what a push looks like is one more.
  const ours = arrivals.expectedOf(OURS) + outletCount;
  const perSecond = (name: string) =>
    (results.get(name) ?? []).map((round) => round.deliveries / round.seconds);
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
    counts: [
      ...arrivals.counts(),
      count('delivered, in the ledger', ours, ledger.delivered),
      count('attempts, in the ledger', ours, ledger.attempts),
    ],
    figures: [
      figure({
        name: 'deliveries',
        unit: '/s',
        better: 'higher',
        ours: perSecond(OURS),
        baselines: { [LEDGERLESS]: perSecond(LEDGERLESS), [BARE]: perSecond(BARE) },
        expect: { ratioAtLeast: 0.6 },
      }),
      ...processorFigures('processor time of a delivery, servers included', results.get(OURS) ?? [], {
        [LEDGERLESS]: results.get(LEDGERLESS) ?? [],
        [BARE]: results.get(BARE) ?? [],
      }),
    ],
    notes: [],
  };
}
