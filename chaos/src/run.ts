import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@newsrelay/local-servers/free-port';
import { duesOf } from './checker/check-arrival.js';
import type { LedgerRow, Receipt, Records, UnaskedEnd } from './checker/records.js';
import { storyOf } from './checker/story.js';
import { carryOut } from './faults/injector.js';
import { readReceipts, RECEIPTS } from './kept-records.js';
import { Newsroom } from './newsroom/newsroom.js';
import { watchChannels } from './newsroom/operator.js';
import { monotonicMs } from './outlets/clock.js';
import { Outlets, type OutletSeat } from './outlets/outlets.js';
import type { Plan } from './plan/plan.js';
import { openWork, readLedger } from './stand/ledger.js';
import { Stand } from './stand/stand.js';

/** From the end of the faults until everything has to be everywhere, milliseconds. */
const REST_WITHIN_MS = 240_000;
const LOOK_EVERY_MS = 2_000;
/** What comes after everything is everywhere is one too many, and would come within this, milliseconds. */
const NO_MORE_MS = 3_000;
const SAY_EVERY_MS = 10_000;

export interface RunOptions {
  readonly plan: Plan;
  /** The data folder of everything. */
  readonly work: string;
  readonly say: (line: string) => void;
  /** Aborts when the run is to end before its time. */
  readonly stopping: AbortSignal;
  /** Takes what has to end, last opened first closed. */
  readonly closing: (close: () => Promise<void>) => void;
}

/** One run, from the start of the servers to the last record. */
export async function run({ plan, work, say, stopping, closing }: RunOptions): Promise<Records> {
  const { seed, durationMs, outlets: outletPlans } = plan;
  let startsAt = Number.POSITIVE_INFINITY;
  const now = (): number => monotonicMs() - startsAt;

  const unaskedEnds: UnaskedEnd[] = [];
  const stand = new Stand(work, stopping, (service, how) => {
    unaskedEnds.push({ service, at: now(), how });
    say(`${service} ended by itself (${how})`);
  });
  closing(() => stand.stop());
  say('starting servers and services');
  await stand.start();
  const outlets = new Outlets(work);
  closing(() => outlets.stop());
  const seats: OutletSeat[] = [];
  for (const { id } of outletPlans)
    seats.push({ id, port: await freePort(), secret: `whsec_${randomBytes(32).toString('base64')}` });
  await outlets.ask({ what: 'open', seed, durationMs, seats });
  await stand.createChannels(seats);

  startsAt = monotonicMs();
  await outlets.ask({ what: 'begin', at: startsAt });
  const giveUp = new AbortController();
  const enough = new AbortController();
  const { url } = stand.service('ingest');
  const newsroom = new Newsroom({
    acts: plan.acts,
    url,
    key: stand.adminKey,
    seed,
    now,
    giveUp: giveUp.signal,
  });
  const answered = newsroom.work();
  const onDuty = watchChannels(stand, outletPlans, now, enough.signal);
  let begun = 0;
  const progress = setInterval(() => {
    const acts = newsroom.records.filter(({ answeredAt }) => answeredAt !== null).length;
    say(`${Math.round(now() / 1000)} s: ${acts} of ${plan.acts.length} acts answered, ${begun} faults`);
  }, SAY_EVERY_MS);
  try {
    const injected = carryOut({
      stand,
      stopping,
      faults: plan.faults,
      durationMs,
      now,
      onFault: () => (begun += 1),
    });
    // Nothing may be started again by a fault once the stand is stopped.
    closing(async () => {
      await injected.catch(() => undefined);
    });
    const faults = await injected;
    await delay(Math.max(0, durationMs - now()), undefined, { signal: stopping });
    say('the faults are over; waiting until everything is everywhere');
    await outlets.ask({ what: 'heal' });
    await stand.ready();
    const base = { seed, outlets: outletPlans, acts: newsroom.records, faults, unaskedEnds };
    const end = await rest({ stand, outlets, base, work });
    giveUp.abort();
    await answered;
    enough.abort();
    await onDuty;
    await delay(NO_MORE_MS);
    return { ...base, ...(await lastWord(stand, outlets, work)), cameToRest: end };
  } finally {
    clearInterval(progress);
    giveUp.abort();
    enough.abort();
  }
}

interface Resting {
  readonly stand: Stand;
  readonly outlets: Outlets;
  readonly base: Omit<Records, 'receipts' | 'ledger' | 'cameToRest'>;
  readonly work: string;
}

/** @returns whether all came to rest in time: the newsroom is answered, nothing waits, and the outlets have what they are due */
async function rest({ stand, outlets, base, work }: Resting): Promise<boolean> {
  const deadline = monotonicMs() + REST_WITHIN_MS;
  while (monotonicMs() < deadline) {
    await delay(LOOK_EVERY_MS);
    if (base.acts.some(({ answeredAt }) => answeredAt === null)) continue;
    const ledger = await readLedger(stand.databaseUrl);
    if (openWork(ledger, base.acts, base.outlets) > 0) continue;
    const receipts = await writtenReceipts(outlets, work);
    const story = storyOf({ ...base, receipts, ledger, cameToRest: true });
    if (duesOf(base.outlets, story).every(({ isThere }) => isThere)) return true;
  }
  return false;
}

async function lastWord(
  stand: Stand,
  outlets: Outlets,
  work: string,
): Promise<{ ledger: LedgerRow[]; receipts: Receipt[] }> {
  return { ledger: await readLedger(stand.databaseUrl), receipts: await writtenReceipts(outlets, work) };
}

async function writtenReceipts(outlets: Outlets, work: string): Promise<Receipt[]> {
  const file = join(work, RECEIPTS);
  await outlets.ask({ what: 'write', file });
  return readReceipts(file);
}
