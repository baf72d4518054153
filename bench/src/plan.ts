import type { BenchOptions } from './options.js';

/** How much of everything is done: bounded in count and in time. */
export interface Plan {
  /** Measured rounds of each contender; each has one more before them that is not counted. */
  readonly rounds: number;
  /** Articles of one round, and partner sites that each gets. */
  readonly deliveries: { readonly articles: number; readonly outlets: number };
  readonly latency: { readonly articles: number; readonly perSecond: number; readonly outlets: number };
  /** One article to each of these numbers of partner sites, on so many ports. */
  readonly fanOut: { readonly rounds: number; readonly sizes: readonly number[]; readonly ports: number };
  readonly growth: {
    readonly rounds: number;
    /** Articles of a round with so many partner sites, on so many ports, smallest first. */
    readonly destinations: readonly { readonly outlets: number; readonly articles: number }[];
    readonly ports: number;
    /** Deliveries that the ledger holds, smallest first; multiples of the number of partner sites. */
    readonly ledgerRows: readonly number[];
    readonly outlets: number;
    readonly articles: number;
  };
  readonly backlog: {
    readonly rounds: number;
    /** Deliveries that wait for a partner site that hangs. */
    readonly waiting: number;
    /** How long the backlog is worked on before it is measured, milliseconds. */
    readonly settleMs: number;
    /** Of the partner site that is well, in a round. */
    readonly articles: number;
    readonly perSecond: number;
  };
  readonly fairness: {
    readonly rounds: number;
    /** Partner sites that are well, each on a port of its own. */
    readonly outlets: number;
    readonly articles: number;
    readonly perSecond: number;
  };
  readonly feeds: {
    readonly items: number;
    readonly connections: number;
    readonly seconds: number;
    /** How long documents are made again and again in one round, milliseconds. */
    readonly making: number;
    /** Feeds that one article goes to, each of so many items. */
    readonly many: number;
  };
  /** How long a contender reads pages again and again in one round, milliseconds. */
  readonly page: { readonly milliseconds: number };
  /** Starts take seconds each: fewer rounds than elsewhere, none of them to warm up. */
  readonly startUp: { readonly rounds: number };
}

/** Rounds of sections that take minutes, unless told otherwise. */
const FEW_ROUNDS = 3;

export function planOf({ quick, rounds }: BenchOptions): Plan {
  if (quick) {
    return {
      rounds: rounds ?? 1,
      deliveries: { articles: 5, outlets: 4 },
      latency: { articles: 20, perSecond: 50, outlets: 3 },
      fanOut: { rounds: rounds ?? 1, sizes: [20, 60], ports: 4 },
      growth: {
        rounds: rounds ?? 1,
        destinations: [
          { outlets: 4, articles: 5 },
          { outlets: 40, articles: 1 },
        ],
        ports: 4,
        ledgerRows: [400, 2_000],
        outlets: 4,
        articles: 5,
      },
      backlog: { rounds: rounds ?? 1, waiting: 500, settleMs: 1_000, articles: 10, perSecond: 20 },
      fairness: { rounds: rounds ?? 1, outlets: 10, articles: 4, perSecond: 4 },
      feeds: { items: 10, connections: 8, seconds: 1, making: 100, many: 10 },
      page: { milliseconds: 100 },
      startUp: { rounds: rounds ?? 1 },
    };
  }
  return {
    rounds: rounds ?? 5,
    deliveries: { articles: 100, outlets: 20 },
    latency: { articles: 300, perSecond: 50, outlets: 3 },
    fanOut: { rounds: rounds ?? FEW_ROUNDS, sizes: [1_000, 10_000], ports: 20 },
    growth: {
      rounds: rounds ?? FEW_ROUNDS,
      destinations: [
        { outlets: 10, articles: 200 },
        { outlets: 100, articles: 20 },
        { outlets: 1_000, articles: 2 },
        { outlets: 10_000, articles: 1 },
      ],
      ports: 20,
      ledgerRows: [10_000, 100_000, 1_000_000],
      outlets: 20,
      articles: 50,
    },
    backlog: {
      rounds: rounds ?? FEW_ROUNDS,
      waiting: 1_000_000,
      settleMs: 60_000,
      articles: 100,
      perSecond: 10,
    },
    fairness: { rounds: rounds ?? FEW_ROUNDS, outlets: 500, articles: 10, perSecond: 0.5 },
    feeds: { items: 50, connections: 32, seconds: 4, making: 1_000, many: 1_000 },
    page: { milliseconds: 1_000 },
    startUp: { rounds: rounds ?? 3 },
  };
}
