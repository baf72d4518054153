import type { Breach } from './breach.js';
import { checkArrival } from './check-arrival.js';
import { checkIds } from './check-ids.js';
import { checkLedger } from './check-ledger.js';
import { checkNewsroom } from './check-newsroom.js';
import { checkOrder } from './check-order.js';
import { checkOverlaps } from './check-overlaps.js';
import { checkRepeats } from './check-repeats.js';
import type { Records } from './records.js';
import { storyOf, type Story } from './story.js';

const CHECKS: readonly ((records: Records, story: Story) => Breach[])[] = [
  checkNewsroom,
  checkArrival,
  checkOrder,
  checkOverlaps,
  checkRepeats,
  checkIds,
  checkLedger,
];

/** All that is wrong with a history. Pure. */
export function check(records: Records, story: Story = storyOf(records)): Breach[] {
  return CHECKS.flatMap((each) => each(records, story));
}
