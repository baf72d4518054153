import { planFaults, type Fault } from './faults.js';
import { planActs, type Act } from './newsroom-acts.js';
import { planOutlets, type OutletPlan } from './tempers.js';

/** All that is to happen: a pure function of seed and duration. */
export interface Plan {
  readonly seed: string;
  readonly durationMs: number;
  readonly outlets: readonly OutletPlan[];
  readonly acts: readonly Act[];
  readonly faults: readonly Fault[];
}

export function planOf(seed: string, durationMs: number): Plan {
  return {
    seed,
    durationMs,
    outlets: planOutlets(seed, durationMs),
    acts: planActs(seed, durationMs),
    faults: planFaults(seed, durationMs),
  };
}

/** The plan as a person reads it, in the order of time. */
export function planLines({ outlets, acts, faults }: Plan): string[] {
  const seconds = (ms: number) => (ms / 1000).toFixed(1).padStart(7);
  const timed = [
    ...acts.map(({ atMs, kind, article, edition }) => ({
      atMs,
      text: `newsroom: ${kind} ${article} (${edition})`,
    })),
    ...faults.map(({ atMs, target, kind, lastsMs }) => ({
      atMs,
      text: `fault: ${kind} ${target}${lastsMs > 0 ? ` for ${(lastsMs / 1000).toFixed(1)} s` : ''}`,
    })),
    ...outlets
      .filter(({ temper }) => temper === 'gone' || temper === 'down' || temper === 'rate-limiting')
      .flatMap(({ id, ill }) =>
        ill.flatMap(({ fromMs, toMs }) => [
          { atMs: fromMs, text: `outlet: ${id} falls ill` },
          { atMs: toMs, text: `outlet: ${id} is well` },
        ]),
      ),
  ];
  return timed
    .sort((one, other) => one.atMs - other.atMs)
    .map(({ atMs, text }) => `${seconds(atMs)} s  ${text}`);
}
