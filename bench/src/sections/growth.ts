import { Agent } from 'undici';
import { Arrivals } from '../measuring/arrivals.js';
import { count, figure, type Count, type Figure, type SectionResult } from '../measuring/figures.js';
import { inTurn } from '../measuring/rounds.js';
import { articleJson, AT_ONCE, markers, takeAllIn } from '../stand/articles.js';
import type { Closing } from '../stand/closing.js';
import { LEDGERLESS, OURS } from '../stand/contenders.js';
import { deliveredInLedger, deliveryRound, type DeliveryRound } from '../stand/delivery-round.js';
import { copyArticle } from '../stand/ledger-copies.js';
import { startLedgerless } from '../stand/ledgerless.js';
import { firstPush, makeChannels, openReceiver, type Outlets } from '../stand/outlets.js';
import { processorFigures, receiverNote } from '../stand/processor-figures.js';
import { layBed, type Bed, type Stand } from '../stand/stand.js';

/** How much dearer a delivery may become. */
const FLAT_WITHIN = 1.3;

/** One size: how it is called, and the rounds of each contender. */
interface Step {
  readonly size: string;
  readonly results: ReadonlyMap<string, readonly DeliveryRound[]>;
}

/** What a delivery costs as partner sites and the ledger grow, each beside the smallest size and beside no ledger. */
export async function growth(stand: Stand, own: Closing): Promise<SectionResult> {
  const { destinations, ledgerRows, outlets, articles, ports } = stand.plan.growth;
  const byDestinations = await own.within((inner) => growingDestinations(stand, inner));
  const byLedger = await own.within((inner) => growingLedger(stand, inner));
  const steps = [...byDestinations.steps, ...byLedger.steps];
  return {
    section: 'growth',
    title: 'What a delivery costs as outlets and the ledger grow',
    settings: {
      'outlets × articles of a round': destinations
        .map((each) => `${each.outlets} × ${each.articles}`)
        .join(', '),
      'ports of theirs': ports,
      'deliveries in the ledger': ledgerRows.join(', '),
      'outlets × articles of a round there': `${outlets} × ${articles}`,
    },
    counts: [...byDestinations.counts, ...byLedger.counts],
    figures: [...figuresOf(byDestinations.steps), ...figuresOf(byLedger.steps)],
    notes: receiverNote(steps.flatMap(({ results }) => [...results.values()].flat())),
  };
}

interface Grown {
  readonly steps: readonly Step[];
  readonly counts: readonly Count[];
}

async function growingDestinations(stand: Stand, own: Closing): Promise<Grown> {
  const { destinations, ports } = stand.plan.growth;
  const bed = await layBed(stand, own, 'growth-outlets');
  const most = Math.max(...destinations.map(({ outlets }) => outlets));
  const { receiver, urls } = await openReceiver(bed, { outlets: most, ports }, own);
  const arrivals = new Arrivals();
  const steps: Step[] = [];
  let made = 0;
  let first = 0;
  for (const { outlets: size, articles } of destinations) {
    stand.say(`making ${size - made} channels`);
    await makeChannels(bed, urls.slice(made, size), { from: made + 1 });
    made = size;
    const outlets = { receiver, urls: urls.slice(0, size), ...(await firstPush(bed, receiver, size)) };
    first += size;
    const name = `${size} outlets`;
    steps.push({
      size: name,
      results: await measure(stand, own, { bed, outlets, arrivals, articles, name }),
    });
  }
  return { steps, counts: await countsOf(bed, arrivals, steps, first) };
}

async function growingLedger(stand: Stand, own: Closing): Promise<Grown> {
  const { ledgerRows, outlets: outletCount, articles } = stand.plan.growth;
  const bed = await layBed(stand, own, 'growth-ledger');
  const opened = await openReceiver(bed, { outlets: outletCount, ports: outletCount }, own);
  await makeChannels(bed, opened.urls);
  const push = await firstPush(bed, opened.receiver, outletCount);
  const outlets = { ...opened, ...push };
  const arrivals = new Arrivals();
  const steps: Step[] = [];
  let filled = 1;
  for (const rows of ledgerRows) {
    const target = Math.ceil(rows / outletCount);
    stand.say(`filling the ledger up to ${rows} deliveries`);
    await copyArticle(bed.servers, push.marker, target - filled);
    filled = target;
    const name = `${rows} deliveries in the ledger`;
    steps.push({
      size: name,
      results: await measure(stand, own, { bed, outlets, arrivals, articles, name }),
    });
  }
  return { steps, counts: await countsOf(bed, arrivals, steps, filled * outletCount) };
}

interface Measured {
  readonly bed: Bed;
  readonly outlets: Outlets;
  readonly arrivals: Arrivals;
  readonly articles: number;
  readonly name: string;
}

function measure(
  stand: Stand,
  own: Closing,
  { bed, outlets, arrivals, articles, name }: Measured,
): Promise<Step['results']> {
  return own.within(async (inner) => {
    stand.say(name);
    const ledgerless = await startLedgerless(bed, outlets, `bench-${name.replaceAll(' ', '-')}`, inner);
    const agent = new Agent({ connections: AT_ONCE });
    inner.add(() => agent.destroy());
    const parts = {
      ...{ receiver: outlets.receiver, servers: bed.servers, arrivals },
      pids: [...bed.servers.pids, bed.newsrelay.launcher.pid, ...ledgerless.pids],
    };
    const round = (contender: string, url: string) => () => {
      const texts = markers(articles).map((marker) => articleJson(marker));
      return deliveryRound(parts, `${contender}, ${name}`, articles * outlets.urls.length, () =>
        takeAllIn(url, texts, bed.newsrelay.key, agent),
      );
    };
    return inTurn(
      { [OURS]: round(OURS, bed.newsrelay.url), [LEDGERLESS]: round(LEDGERLESS, ledgerless.url) },
      stand.plan.growth.rounds,
      stand,
    );
  });
}

/** @param before deliveries in the ledger that belong to no round */
async function countsOf(
  bed: Bed,
  arrivals: Arrivals,
  steps: readonly Step[],
  before: number,
): Promise<Count[]> {
  const ledger = await deliveredInLedger(bed.servers);
  const ours = steps.reduce((sum, { size }) => sum + arrivals.expectedOf(`${OURS}, ${size}`), before);
  const where = steps.at(-1)?.size ?? '';
  return [
    ...arrivals.counts(),
    count(`delivered, in the ledger, ${where}`, ours, ledger.delivered),
    count(`attempts, in the ledger, ${where}`, ours, ledger.attempts),
  ];
}

/** Each size beside the smallest one. */
function figuresOf(steps: readonly Step[]): Figure[] {
  const [smallest] = steps;
  return steps.flatMap((step) => {
    const rounds = (from: Step, name: string) => from.results.get(name) ?? [];
    const wall = (each: readonly DeliveryRound[]) =>
      each.map(({ seconds, deliveries }) => (seconds * 1000) / deliveries);
    const isSmallest = smallest === undefined || step === smallest;
    const baselines = {
      ...(isSmallest ? {} : { [`newsrelay, ${smallest.size}`]: rounds(smallest, OURS) }),
      [LEDGERLESS]: rounds(step, LEDGERLESS),
    };
    const expect = isSmallest ? {} : { expect: { ratioAtMost: FLAT_WITHIN } };
    return [
      ...processorFigures(
        `processor time of a delivery, ${step.size}`,
        rounds(step, OURS),
        baselines,
        expect.expect,
      ),
      figure({
        name: `time of a delivery, ${step.size}`,
        unit: 'ms',
        better: 'lower',
        ours: wall(rounds(step, OURS)),
        baselines: Object.fromEntries(Object.entries(baselines).map(([name, each]) => [name, wall(each)])),
        ...expect,
      }),
    ];
  });
}
