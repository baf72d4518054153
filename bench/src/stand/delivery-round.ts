import { pollUntil } from '@newsrelay/local-servers/poll-until';
import type { Arrivals } from '../measuring/arrivals.js';
import { processorSecondsOf } from '../measuring/process-tree.js';
import type { Received } from '../processes/receiver.js';
import type { NodeChild } from './node-child.js';
import { queryLedger, type Servers } from './servers.js';

/** Also for ten thousand deliveries on a busy machine. */
const ROUND_MS = 300_000;
const SETTLE_MS = 60_000;

/** What one round of deliveries took. */
export interface DeliveryRound {
  /** From the first request to the last receipt. */
  readonly seconds: number;
  readonly deliveries: number;
  /** Of a delivery, by the contender and the servers; null where the system does not tell. */
  readonly processorMs: number | null;
  /** Share of a core that the receivers' process used meanwhile; null as above. Near 1 it is what limits all. */
  readonly receiverShare: number | null;
}

export interface DeliveryRoundParts {
  readonly receiver: NodeChild;
  readonly servers: Servers;
  /** Processes whose processor time counts, with all that they started. */
  readonly pids: readonly number[];
  readonly arrivals: Arrivals;
}

/** One round: what `send` sets going, until the receivers have all of it and the ledger its results. */
export async function deliveryRound(
  { receiver, servers, pids, arrivals }: DeliveryRoundParts,
  contender: string,
  deliveries: number,
  send: () => Promise<void>,
): Promise<DeliveryRound> {
  await receiver.ask('arm');
  const usedBefore = processorSecondsOf(pids);
  const receiverBefore = processorSecondsOf([receiver.pid]);
  const from = process.hrtime.bigint();
  const [received] = await Promise.all([
    receiver.ask<Received>('received', { count: deliveries, timeoutMs: ROUND_MS }, ROUND_MS * 2),
    send(),
  ]);
  const seconds = Number(BigInt(received.lastAt) - from) / 1e9;
  const receiverAfter = processorSecondsOf([receiver.pid]);
  arrivals.add(contender, deliveries, received);
  // What is still being written belongs to this round, and must not slow the next contender.
  await settled(servers);
  const usedAfter = processorSecondsOf(pids);
  return {
    seconds,
    deliveries,
    processorMs:
      usedBefore === null || usedAfter === null ? null : ((usedAfter - usedBefore) * 1000) / deliveries,
    receiverShare:
      receiverBefore === null || receiverAfter === null ? null : (receiverAfter - receiverBefore) / seconds,
  };
}

/** Until the ledger has every result; a partial index answers, however much the ledger holds. */
async function settled(servers: Servers): Promise<void> {
  await pollUntil(
    'all results in the ledger',
    async () => {
      const [row] = await queryLedger<{ open: boolean }>(
        servers,
        `select exists (select from deliveries where state not in ('delivered', 'superseded', 'canceled')) as open`,
      );
      return row?.open === false;
    },
    { timeoutMs: SETTLE_MS, everyMs: 100 },
  );
}

/** What the ledger has of all deliveries. */
export async function deliveredInLedger(servers: Servers): Promise<{ delivered: number; attempts: number }> {
  const [row] = await queryLedger<{ delivered: number; attempts: number }>(
    servers,
    `select count(*) filter (where state = 'delivered')::int as delivered,
            coalesce(sum(attempt_count), 0)::int as attempts
     from deliveries`,
  );
  return { delivered: row?.delivered ?? 0, attempts: row?.attempts ?? 0 };
}
