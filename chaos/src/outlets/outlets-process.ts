import { writeFileSync } from 'node:fs';
import { planOutlets } from '../plan/tempers.js';
import type { OutletSeat, Question, Reply } from './outlets.js';
import { Outlet, watchFrom } from './outlet.js';

/*
 * All outlets, in one process that no fault touches. It keeps what it sees, and writes it down when it is asked to.
 */

let startsAt = Number.POSITIVE_INFINITY;
const watch = watchFrom(() => startsAt);
let outlets: Outlet[] = [];

async function open(seed: string, durationMs: number, seats: readonly OutletSeat[]): Promise<void> {
  const plans = new Map(planOutlets(seed, durationMs).map((plan) => [plan.id, plan]));
  outlets = seats.map(({ id, port, secret }) => {
    const plan = plans.get(id);
    if (plan === undefined) throw new Error(`no outlet ${id} in this plan`);
    return new Outlet(plan, port, seed, secret, watch);
  });
  for (const outlet of outlets) if (outlet.plan.temper !== 'absent') await outlet.open();
}

function begin(at: number): void {
  startsAt = at;
  for (const outlet of outlets.filter(({ plan }) => plan.temper === 'down')) {
    for (const { fromMs, toMs } of outlet.plan.ill) {
      setTimeout(() => void outlet.close(), fromMs - watch.now());
      setTimeout(() => void outlet.open(), toMs - watch.now());
    }
  }
}

async function answer(question: Question): Promise<number> {
  switch (question.what) {
    case 'open':
      await open(question.seed, question.durationMs, question.seats);
      return outlets.length;
    case 'begin':
      begin(question.at);
      return 0;
    case 'heal':
      for (const outlet of outlets) await outlet.heal();
      return 0;
    case 'write': {
      const receipts = outlets
        .flatMap((outlet) => outlet.receipts)
        .sort((one, other) => one.headAt - other.headAt);
      writeFileSync(question.file, receipts.map((receipt) => `${JSON.stringify(receipt)}\n`).join(''));
      return receipts.length;
    }
  }
}

process.once('disconnect', () => process.exit(1));
process.once('SIGTERM', () => process.exit(0));
process.on('message', (message) => {
  const { id, question } = message as { id: number; question: Question };
  answer(question).then(
    (value) => process.send?.({ id, value } satisfies Reply),
    (error: unknown) => process.send?.({ id, failure: String(error) } satisfies Reply),
  );
});
