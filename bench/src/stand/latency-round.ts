import { setTimeout as delay } from 'node:timers/promises';
import type { Arrivals } from '../measuring/arrivals.js';
import { percentile } from '../measuring/statistics.js';
import type { Received } from '../processes/receiver.js';
import { markers } from './articles.js';
import type { NodeChild } from './node-child.js';

const RECEIVED_WITHIN_MS = 120_000;

/** Milliseconds of one round's receipts. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export interface LatencyRoundParts {
  readonly receiver: NodeChild;
  readonly arrivals: Arrivals;
  readonly articles: number;
  readonly perSecond: number;
  /** Partner sites that each article is to reach. */
  readonly outlets: number;
}

/**
 * One round of articles at a steady rate, whether or not earlier ones have arrived.
 *
 * @param send resolves with the moment from which is counted
 */
export async function latencyRound(
  { receiver, arrivals, articles, perSecond, outlets }: LatencyRoundParts,
  contender: string,
  send: (marker: string) => Promise<bigint>,
): Promise<Percentiles> {
  const wanted = articles * outlets;
  const marks = markers(articles);
  await receiver.ask('arm');
  const from = performance.now();
  const sent = marks.map(async (marker, index) => {
    await delay(Math.max(from + (index * 1000) / perSecond - performance.now(), 0));
    return [marker.slice('bench-'.length), await send(marker)] as const;
  });
  const begun = new Map(await Promise.all(sent));
  const limit = { count: wanted, timeoutMs: RECEIVED_WITHIN_MS };
  const received = await receiver.ask<Received>('received', limit, RECEIVED_WITHIN_MS * 2);
  arrivals.add(contender, wanted, received);
  const waits = received.receipts.map(({ marker, at }) => {
    const begin = begun.get(marker);
    if (begin === undefined) throw new Error(`a push arrived that nobody sent: ${marker}`);
    // A push may overtake the answer to whoever sent the article in.
    return Math.max(Number(BigInt(at) - begin) / 1e6, 0.001);
  });
  return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) };
}
