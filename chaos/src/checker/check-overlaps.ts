import { SENDERS } from '../plan/faults.js';
import { second, type Breach } from './breach.js';
import type { FaultRecord, Records } from './records.js';
import type { Push, Story } from './story.js';

/** An outlet may see the end of a connection so much later than the next request, milliseconds. */
const CROSSING_MS = 150;
/**
 * A sender that sleeps keeps its connection open, and another one may take over once its lease is over: longer than a
 * request may take (15 s), but counted from before its first byte.
 */
const LEASE_AT_LEAST_MS = 12_000;

/** One sender at a time for an article at an outlet, a withdrawal included. */
export function checkOverlaps({ faults }: Records, { pushes }: Story): Breach[] {
  const breaches: Breach[] = [];
  for (const [outlet, articles] of pushes) {
    for (const [articleId, own] of articles) {
      for (const [index, push] of own.entries()) {
        const beside = own.slice(0, index).find((earlier) => isBeside(earlier, push, faults));
        if (beside === undefined) continue;
        const tell = ({ identity, receipt }: Push) =>
          `${identity.action} of version ${identity.version} (${receipt.webhookId}, ${second(receipt.headAt)} to ${second(receipt.endedAt)})`;
        breaches.push({
          kind: 'overlap',
          outlet,
          articleId,
          at: push.receipt.headAt,
          text: `${tell(push)} beside ${tell(beside)}`,
        });
      }
    }
  }
  return breaches;
}

function isBeside(earlier: Push, later: Push, faults: readonly FaultRecord[]): boolean {
  const endedAt = earlier.receipt.endedAt ?? Number.POSITIVE_INFINITY;
  const beganAt = later.receipt.headAt;
  if (endedAt <= beganAt + CROSSING_MS) return false;
  const slept = faults.some(
    (fault) =>
      fault.kind === 'suspend' &&
      SENDERS.includes(fault.target) &&
      fault.beganAt < beganAt &&
      fault.endedAt > earlier.receipt.headAt,
  );
  return !(slept && beganAt - earlier.receipt.headAt >= LEASE_AT_LEAST_MS);
}
