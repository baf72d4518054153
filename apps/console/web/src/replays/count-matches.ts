import { call } from '../api/call.js';
import { REPEATABLE, type Repeatable } from './window.js';

export const REPLAY_PATH = '/api/v1/deliveries/replay';

/** Body of a replay, as the API takes it. */
export interface ReplayAsked {
  channel: string;
  since: string;
  until: string;
  /** Left out: everything, articles without a delivery included. */
  state?: readonly Repeatable[];
  ratePerSecond: number;
}

export interface Counted {
  total: number;
  /** What is to be repeated, by the state in which it is now; states with nothing are left out. */
  states: { state: Repeatable; count: number }[];
  /** Articles that have never gone there. */
  missing: number;
}

/** What matches now, by dry runs: of all that is asked for, and of each state. @throws ApiProblem */
export async function countMatches(asked: ReplayAsked): Promise<Counted> {
  const { state: only, ...rest } = asked;
  const matches = async (state: readonly Repeatable[] | undefined) => {
    const json = { ...rest, ...(state === undefined ? {} : { state }), dryRun: true };
    return (await call<{ count: number }>(REPLAY_PATH, { method: 'POST', json })).count;
  };
  // First: what is wrong with it is said once.
  const total = await matches(only);
  if (total === 0) return { total, states: [], missing: 0 };
  const states = await Promise.all(
    (only ?? REPEATABLE).map(async (state) => ({ state, count: await matches([state]) })),
  );
  return countedOf(total, states, only === undefined);
}

/** Counts of one moment after another as one: deliveries go on between them. */
export function countedOf(
  total: number,
  states: readonly { state: Repeatable; count: number }[],
  withMissing: boolean,
): Counted {
  const known = states.reduce((sum, { count }) => sum + count, 0);
  return {
    total,
    states: states.filter(({ count }) => count > 0),
    missing: withMissing ? Math.max(0, total - known) : 0,
  };
}
