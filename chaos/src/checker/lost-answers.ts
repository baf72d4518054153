import { SENDERS } from '../plan/faults.js';
import type { FaultRecord, Receipt } from './records.js';

/**
 * A result is written as soon as the answer is there, and again and again while PostgreSQL does not take it and the lease
 * lasts. After so long, milliseconds, without a fault it is written, on a busy machine too.
 */
const WRITTEN_WITHIN_MS = 5_000;

/**
 * The fault by which a sender may have lost an outlet's answer: a sender was killed, stopped or restarted, or PostgreSQL
 * was away, between the request and the moment when its result must have been written. Redis and NATS lose no answers.
 * Which sender a request came from is not to be seen at an outlet, so that a fault of either counts.
 */
export function faultThatMayLose(receipt: Receipt, faults: readonly FaultRecord[]): FaultRecord | undefined {
  const until = (receipt.endedAt ?? receipt.answeredAt ?? receipt.headAt) + WRITTEN_WITHIN_MS;
  return faults.find(
    ({ target, beganAt, endedAt }) =>
      (target === 'postgres' || SENDERS.includes(target)) && beganAt <= until && endedAt >= receipt.headAt,
  );
}
