/** Rounds of one figure: the middle one, and how far the others lie from it. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** In the order in which they were measured. */
  readonly rounds: readonly number[];
}

/** @throws Error without a value, or with one that is no finite number: a broken measurement must not look like a figure */
export function spreadOf(rounds: readonly number[]): Spread {
  if (rounds.length === 0) throw new Error('nothing was measured');
  const wrong = rounds.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new Error(`${wrong} is no measurement`);
  return { median: percentile(rounds, 0.5), min: Math.min(...rounds), max: Math.max(...rounds), rounds };
}

/** The value below which this share of all lies, between neighbours in proportion (type 7 of Hyndman and Fan). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error('nothing was measured');
  return below + (above - below) * (place - Math.floor(place));
}

/** Round by round, so that what slows the machine for a while slows both sides of a ratio. */
export function ratiosOf(ours: Spread, baseline: Spread): Spread {
  return spreadOf(ours.rounds.map((value, round) => value / (baseline.rounds[round] ?? Number.NaN)));
}
