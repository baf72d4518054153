import type { Baseline, Figure, SectionResult } from './measuring/figures.js';
import type { MachineFacts } from './measuring/machine.js';
import type { Spread } from './measuring/statistics.js';

/** What the JSON file holds. */
export interface Report {
  readonly startedAt: string;
  readonly seconds: number;
  readonly quick: boolean;
  readonly machine: MachineFacts;
  readonly sections: readonly SectionResult[];
}

export function machineLines(facts: MachineFacts): string[] {
  return [
    `${facts.processor}, ${facts.cores} cores, ${facts.memoryMiB} MiB; ${facts.system}; Node.js ${facts.node}; load before ${facts.loadBefore.toFixed(2)}`,
    ...(facts.warning === null ? [] : [`Warning: ${facts.warning}.`]),
  ];
}

/** One section as a person reads it: medians, with the least and the most of the rounds behind them. */
export function sectionLines({ title, settings, figures, notes }: SectionResult): string[] {
  const about = Object.entries(settings).map(([name, value]) => `${name}: ${value}`);
  return [
    '',
    title,
    ...about.map((line) => `  ${line}`),
    ...figures.flatMap(figureLines),
    ...notes.map((note) => `  ${note}`),
  ];
}

function figureLines({ name, unit, better, ours, baselines, expectation }: Figure): string[] {
  const wish =
    expectation === null ? '' : `; expected ${expectation.text}: ${expectation.met ? 'yes' : 'NO'}`;
  return [
    `  ${name} (${better} is better, ${ours.rounds.length} rounds${wish})`,
    `    ${spread(ours, unit)}  newsrelay`,
    ...baselines.map((baseline) => baselineLine(baseline, unit)),
  ];
}

function baselineLine({ name, value, ratio }: Baseline, unit: string): string {
  return `    ${spread(value, unit)}  ${name}; ours is ${number(ratio.median)} × (${number(ratio.min)}–${number(ratio.max)})`;
}

function spread({ median, min, max }: Spread, unit: string): string {
  return `${number(median).padStart(9)} ${unit.padEnd(3)} ${`(${number(min)}–${number(max)})`.padEnd(19)}`;
}

/** Three digits that mean something; more would claim what was not measured. */
function number(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}
