import { second, type Breach } from './breach.js';
import { faultThatMayLose } from './lost-answers.js';
import type { Receipt, Records } from './records.js';
import { isTaken, type Story } from './story.js';

/** Requests with an id that the outlet had seen before, by why they came. */
export interface Repeats {
  /** No request before was answered with 2xx. */
  readonly afterFailure: number;
  /** One was, and its sender may have lost the answer by a fault. */
  readonly afterLostAnswer: number;
  /** One was, and no fault was near: a breach. */
  readonly unexplained: number;
}

type Why = keyof Repeats;

export function checkRepeats({ faults }: Records, { receiptsById }: Story): Breach[] {
  const breaches: Breach[] = [];
  for (const receipts of receiptsById.values()) {
    for (const [index, receipt] of receipts.entries()) {
      const before = receipts.slice(0, index);
      if (whyOf(before, faults) !== 'unexplained') continue;
      const known = before.find(
        (earlier) => isTaken(earlier) && faultThatMayLose(earlier, faults) === undefined,
      );
      breaches.push({
        kind: 'repeat-after-2xx',
        outlet: receipt.outlet,
        articleId: receipt.content?.articleId ?? null,
        at: receipt.headAt,
        text: `${receipt.webhookId} came again at ${second(receipt.headAt)}, though it was answered ${known?.answered ?? ''} at ${second(known?.answeredAt ?? null)}`,
      });
    }
  }
  return breaches;
}

/** Of some outlets. */
export function countRepeats(
  { faults }: Records,
  { receiptsById }: Story,
  outlets: ReadonlySet<string>,
): Repeats {
  const counts: Record<Why, number> = { afterFailure: 0, afterLostAnswer: 0, unexplained: 0 };
  for (const receipts of receiptsById.values()) {
    if (!outlets.has(receipts[0]?.outlet ?? '')) continue;
    for (const [index] of receipts.entries()) {
      const why = whyOf(receipts.slice(0, index), faults);
      if (why !== null) counts[why] += 1;
    }
  }
  return counts;
}

/** Why a request came though there were these before it; null if there were none. */
function whyOf(before: readonly Receipt[], faults: Records['faults']): Why | null {
  if (before.length === 0) return null;
  const taken = before.filter(isTaken);
  if (taken.length === 0) return 'afterFailure';
  return taken.every((receipt) => faultThatMayLose(receipt, faults) !== undefined)
    ? 'afterLostAnswer'
    : 'unexplained';
}
