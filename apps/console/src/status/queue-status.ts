import type { Queue } from 'bullmq';
import type { DeliveryQueue } from '@newsrelay/delivery/queue';

export type QueueStatus =
  | { up: true; waiting: number; delayed: number; active: number; failed: number; oldestSeconds: number }
  | { up: false; reason: string };

/** By queue; while Redis is away that is what is said of each. */
export async function queueStatus(queue: DeliveryQueue): Promise<Record<string, QueueStatus>> {
  const entries = await Promise.all(
    queue.lanes().map(async (lane) => [lane.name, await laneStatus(queue, lane)] as const),
  );
  return Object.fromEntries(entries);
}

async function laneStatus(queue: DeliveryQueue, lane: Queue): Promise<QueueStatus> {
  try {
    await queue.reached();
    const [counts, [oldest]] = await Promise.all([
      lane.getJobCounts('wait', 'delayed', 'active', 'failed'),
      lane.getJobs(['wait'], 0, 0, true),
    ]);
    return {
      up: true,
      waiting: counts['wait'] ?? 0,
      delayed: counts['delayed'] ?? 0,
      active: counts['active'] ?? 0,
      failed: counts['failed'] ?? 0,
      oldestSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest.timestamp) / 1000),
    };
  } catch (error) {
    return { up: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
