import type { BenchOptions } from './options.js';

/** How much of everything is done: bounded in count and in time. */
export interface Plan {
  /** Measured rounds of each contender; each has one more before them that is not counted. */
  readonly rounds: number;
  /** Articles of one round, and partner sites that each gets. */
  readonly deliveries: { readonly articles: number; readonly outlets: number };
  readonly latency: { readonly articles: number; readonly perSecond: number; readonly outlets: number };
  readonly feeds: { readonly items: number; readonly connections: number; readonly seconds: number };
  /** How long a contender reads pages again and again in one round, milliseconds. */
  readonly page: { readonly milliseconds: number };
  /** Starts take seconds each: fewer rounds than elsewhere, none of them to warm up. */
  readonly startUp: { readonly rounds: number };
}

export function planOf({ quick, rounds }: BenchOptions): Plan {
  if (quick) {
    return {
      rounds: rounds ?? 1,
      deliveries: { articles: 5, outlets: 4 },
      latency: { articles: 20, perSecond: 20, outlets: 3 },
      feeds: { items: 10, connections: 8, seconds: 1 },
      page: { milliseconds: 100 },
      startUp: { rounds: rounds ?? 1 },
    };
  }
  return {
    rounds: rounds ?? 5,
    deliveries: { articles: 100, outlets: 20 },
    latency: { articles: 200, perSecond: 20, outlets: 3 },
    feeds: { items: 50, connections: 32, seconds: 4 },
    page: { milliseconds: 1_000 },
    startUp: { rounds: rounds ?? 3 },
  };
}
