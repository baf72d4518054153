import { Random } from './random.js';
import type { Stretch } from './tempers.js';

/** Processes of Newsrelay. Two senders: that is where fences matter. */
export const SERVICES = ['ingest', 'transform', 'publish-1', 'publish-2', 'feeds', 'console'] as const;
export type ServiceName = (typeof SERVICES)[number];
export const SENDERS: readonly string[] = ['publish-1', 'publish-2'];
export const SERVERS = ['nats', 'redis', 'postgres'] as const;
export type ServerName = (typeof SERVERS)[number];
export type Target = ServiceName | ServerName;

/**
 * `kill`: SIGKILL, and started again after `lastsMs`. `suspend`: SIGSTOP for `lastsMs`. `restart`: ended in its own orderly
 * way and started again. `empty`: FLUSHALL, of Redis.
 */
export type FaultKind = 'kill' | 'suspend' | 'restart' | 'empty';

export interface Fault {
  readonly number: number;
  /** Not before this, milliseconds from the start of the run; never before the lane's last one is over. */
  readonly atMs: number;
  readonly lane: number;
  readonly target: Target;
  readonly kind: FaultKind;
  readonly lastsMs: number;
}

type Card = readonly [target: Target, kind: FaultKind, least: number, most: number];

/** Longer than a lease of 20 s: whoever sleeps so long has lost everything that it had claimed. Milliseconds. */
const PAST_LEASE = [21_000, 26_000] as const;

/**
 * One fault at a time in each lane; the lanes go on beside each other. A lane deals its cards in a random order, again and
 * again, so that also a short run has most of them.
 */
const LANES: readonly (readonly Card[])[] = [
  SENDERS.flatMap((sender): Card[] => {
    const target = sender as ServiceName;
    return [
      [target, 'kill', 0, 3_000],
      [target, 'kill', 0, 1_000],
      [target, 'suspend', 500, 4_000],
      [target, 'suspend', ...PAST_LEASE],
      [target, 'restart', 0, 0],
    ];
  }),
  [
    ['ingest', 'kill', 0, 2_000],
    ['ingest', 'suspend', 500, 5_000],
    ['ingest', 'restart', 0, 0],
    ['transform', 'kill', 0, 3_000],
    ['transform', 'suspend', 500, 6_000],
    ['transform', 'restart', 0, 0],
    ['feeds', 'kill', 0, 2_000],
    ['console', 'kill', 0, 2_000],
  ],
  [
    ['nats', 'kill', 0, 4_000],
    ['nats', 'suspend', 500, 6_000],
    ['nats', 'restart', 0, 0],
    ['redis', 'kill', 0, 4_000],
    ['redis', 'suspend', 500, 6_000],
    ['redis', 'restart', 0, 0],
    ['redis', 'empty', 0, 0],
    ['redis', 'empty', 0, 0],
    ['postgres', 'kill', 0, 4_000],
    ['postgres', 'suspend', 500, 8_000],
    ['postgres', 'restart', 0, 0],
  ],
];

/** A round: calm first, in which waiting times mean something, and then faults. Milliseconds. */
const ROUND_MS = 75_000;
const CALM_SHARE = 0.25;
const GAP_MS = [500, 5_000] as const;

export function planFaults(seed: string, durationMs: number): Fault[] {
  const storms = stormsOf(durationMs);
  const planned = LANES.flatMap((cards, lane) =>
    planLane(new Random(seed, 'faults', lane), cards, storms, lane),
  );
  return planned
    .sort((one, other) => one.atMs - other.atMs || one.lane - other.lane)
    .map((fault, index) => ({ number: index + 1, ...fault }));
}

function stormsOf(durationMs: number): Stretch[] {
  const rounds = Math.max(1, Math.round(durationMs / ROUND_MS));
  const length = durationMs / rounds;
  return Array.from({ length: rounds }, (_, round) => ({
    fromMs: Math.round((round + CALM_SHARE) * length),
    toMs: Math.round((round + 1) * length),
  }));
}

function planLane(
  random: Random,
  cards: readonly Card[],
  storms: readonly Stretch[],
  lane: number,
): Omit<Fault, 'number'>[] {
  const faults: Omit<Fault, 'number'>[] = [];
  let deck: Card[] = [];
  for (const { fromMs, toMs } of storms) {
    let atMs = fromMs + random.whole(0, GAP_MS[1]);
    while (atMs < toMs) {
      if (deck.length === 0) deck = random.shuffled(cards);
      // None lasts into the calm.
      const leftMs = toMs - atMs;
      const fits = deck.findLastIndex(([, , least]) => least <= leftMs);
      const [card] = deck.splice(fits, fits < 0 ? 0 : 1);
      if (card === undefined) break;
      const [target, kind, least, most] = card;
      const lastsMs = random.whole(least, Math.min(most, leftMs));
      faults.push({ atMs, lane, target, kind, lastsMs });
      atMs += lastsMs + random.whole(...GAP_MS);
    }
  }
  return faults;
}
