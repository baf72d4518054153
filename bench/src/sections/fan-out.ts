import { Agent } from 'undici';
import { Arrivals } from '../measuring/arrivals.js';
import { count, figure, type Figure, type SectionResult } from '../measuring/figures.js';
import { inTurn } from '../measuring/rounds.js';
import { articleJson, markers, takeIn } from '../stand/articles.js';
import type { Closing } from '../stand/closing.js';
import { LEDGERLESS, OURS } from '../stand/contenders.js';
import { deliveredInLedger, deliveryRound, type DeliveryRound } from '../stand/delivery-round.js';
import { startLedgerless } from '../stand/ledgerless.js';
import { NodeChild } from '../stand/node-child.js';
import { firstPush, makeChannels, openReceiver } from '../stand/outlets.js';
import { processorFigures, receiverNote } from '../stand/processor-figures.js';
import { layBed, type Stand } from '../stand/stand.js';

const LOOP = 'a loop of signed posts';
/** How much longer than the loop the largest fan-out may take. */
const LOOP_RATIO = 1.5;

/** One article to very many partner sites: from its request to the last receipt. */
export async function fanOut(stand: Stand, own: Closing): Promise<SectionResult> {
  const { rounds, sizes, ports } = stand.plan.fanOut;
  const largest = Math.max(...sizes);
  const bed = await layBed(stand, own, 'fan-out');
  const { receiver, urls } = await openReceiver(bed, { outlets: largest, ports }, own);
  const loop = new NodeChild({ script: 'bare-loop', logDir: bed.logDir });
  own.add(() => loop.stop());
  const agent = new Agent();
  own.add(() => agent.destroy());

  const arrivals = new Arrivals();
  const shown: DeliveryRound[] = [];
  const figures: Figure[] = [];
  let made = 0;
  let first = 0;
  // Smallest first: a channel that is there gets every article, and takes part in its routing.
  for (const size of sizes) {
    stand.say(`making ${size - made} channels`);
    await makeChannels(bed, urls.slice(made, size), { from: made + 1 });
    made = size;
    const push = await firstPush(bed, receiver, size);
    first += size;
    const outlets = { receiver, urls: urls.slice(0, size), ...push };
    const results = await own.within(async (ofSize) => {
      const ledgerless = await startLedgerless(bed, outlets, `bench-fan-out-${size}`, ofSize);
      const parts = {
        ...{ receiver, servers: bed.servers, arrivals },
        pids: [...bed.servers.pids, bed.newsrelay.launcher.pid, ...ledgerless.pids, loop.pid],
      };
      const round = (name: string, send: (marker: string) => Promise<unknown>) => () => {
        const [marker = ''] = markers(1);
        return deliveryRound(parts, `${name}, to ${size}`, size, async () => {
          await send(marker);
        });
      };
      const intake = (url: string) => (marker: string) =>
        takeIn(url, articleJson(marker), bed.newsrelay.key, agent);
      return inTurn(
        {
          [OURS]: round(OURS, intake(bed.newsrelay.url)),
          [LOOP]: round(LOOP, (marker) =>
            loop.ask('run', { outlets: outlets.urls, envelope: push.envelope, marker }),
          ),
          [LEDGERLESS]: round(LEDGERLESS, intake(ledgerless.url)),
        },
        rounds,
        stand,
      );
    });
    const of = (name: string) => results.get(name) ?? [];
    const seconds = (name: string) => of(name).map((round) => round.seconds);
    shown.push(...[...results.values()].flat());
    figures.push(
      figure({
        name: `one article to ${size} outlets`,
        unit: 's',
        better: 'lower',
        ours: seconds(OURS),
        baselines: { [LOOP]: seconds(LOOP), [LEDGERLESS]: seconds(LEDGERLESS) },
        ...(size === largest ? { expect: { ratioAtMost: LOOP_RATIO } } : {}),
      }),
      ...processorFigures(`processor time of a delivery to ${size} outlets, servers included`, of(OURS), {
        [LOOP]: of(LOOP),
        [LEDGERLESS]: of(LEDGERLESS),
      }),
    );
  }
  const ledger = await deliveredInLedger(bed.servers);
  const ours = sizes.reduce((sum, size) => sum + arrivals.expectedOf(`${OURS}, to ${size}`), first);
  return {
    section: 'fan-out',
    title: 'One article to very many outlets',
    settings: { outlets: sizes.join(', '), 'ports of theirs': ports },
    counts: [
      ...arrivals.counts(),
      count('delivered, in the ledger', ours, ledger.delivered),
      count('attempts, in the ledger', ours, ledger.attempts),
    ],
    figures,
    notes: receiverNote(shown),
  };
}
