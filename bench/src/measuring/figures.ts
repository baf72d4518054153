import type { SectionName } from '../options.js';
import { ratiosOf, spreadOf, type Spread } from './statistics.js';

/** A baseline of a figure, measured in the same rounds. */
export interface Baseline {
  readonly name: string;
  readonly value: Spread;
  /** Ours divided by this one, round by round. */
  readonly ratio: Spread;
}

/** What is expected of a figure, and whether it came true. */
export interface Expectation {
  readonly text: string;
  readonly met: boolean;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly ours: Spread;
  readonly baselines: readonly Baseline[];
  readonly expectation: Expectation | null;
}

/** What was asked for and what arrived; a section that lost anything fails instead of reporting. */
export interface Count {
  readonly what: string;
  readonly expected: number;
  readonly seen: number;
}

export interface SectionResult {
  readonly section: SectionName;
  readonly title: string;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly counts: readonly Count[];
  readonly figures: readonly Figure[];
  /** What could not be compared here, and why. */
  readonly notes: readonly string[];
}

export interface FigureParts {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly ours: readonly number[];
  readonly baselines: Readonly<Record<string, readonly number[]>>;
  /** Of the medians: the first baseline's ratio, or the figure itself. */
  readonly expect?:
    { readonly ratioAtLeast: number } | { readonly ratioAtMost: number } | { readonly valueAtMost: number };
}

export function figure({ name, unit, better, ours, baselines, expect }: FigureParts): Figure {
  const own = spreadOf(ours);
  const others = Object.entries(baselines).map(([baseline, rounds]) => {
    const value = spreadOf(rounds);
    return { name: baseline, value, ratio: ratiosOf(own, value) };
  });
  return {
    name,
    unit,
    better,
    ours: own,
    baselines: others,
    expectation: expectationOf(expect, own, others),
  };
}

function expectationOf(
  expect: FigureParts['expect'],
  ours: Spread,
  [first]: readonly Baseline[],
): Expectation | null {
  if (expect === undefined) return null;
  if ('valueAtMost' in expect)
    return { text: `at most ${expect.valueAtMost}`, met: ours.median <= expect.valueAtMost };
  if (first === undefined) throw new Error('there is no baseline to expect a ratio to');
  if ('ratioAtMost' in expect)
    return {
      text: `at most ${expect.ratioAtMost} × ${first.name}`,
      met: first.ratio.median <= expect.ratioAtMost,
    };
  return {
    text: `at least ${expect.ratioAtLeast} × ${first.name}`,
    met: first.ratio.median >= expect.ratioAtLeast,
  };
}

/** @throws Error where something did not arrive, or arrived twice */
export function count(what: string, expected: number, seen: number): Count {
  if (expected !== seen) throw new Error(`${what}: ${expected} expected, ${seen} seen`);
  return { what, expected, seen };
}
