/** In the order in which they run. */
export const SECTIONS = [
  'deliveries',
  'latency',
  'fan-out',
  'growth',
  'backlog',
  'fairness',
  'feeds',
  'page',
  'start-up',
] as const;
export type SectionName = (typeof SECTIONS)[number];

/** What a person asked for. */
export interface BenchOptions {
  readonly sections: readonly SectionName[];
  /** Tiny numbers: whether it runs at all, not how fast. */
  readonly quick: boolean;
  /** Measured rounds of each contender, after one that is not counted; null for the plan's own number. */
  readonly rounds: number | null;
  /** Where the results go; null for a file of their own in the data folder. */
  readonly json: string | null;
  /** Processor profiles of our own processes are written, which costs some of their speed. */
  readonly profile: boolean;
}

/** An option that is none; the message names it and the fix. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const MOST_ROUNDS = 50;

/** @throws UsageError */
export function readOptions(words: readonly string[]): BenchOptions {
  const sections = new Set<SectionName>();
  let quick = false;
  let profile = false;
  let rounds: number | null = null;
  let json: string | null = null;
  const rest = [...words];
  const valueOf = (option: string): string => {
    const value = rest.shift();
    if (value === undefined || value.startsWith('--'))
      throw new UsageError(`${option} needs a value after it`);
    return value;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--quick') quick = true;
    else if (word === '--profile') profile = true;
    else if (word === '--rounds') rounds = roundsOf(valueOf(word));
    else if (word === '--json') json = valueOf(word);
    else if (isSection(word)) sections.add(word);
    else
      throw new UsageError(
        `bench knows no ${word.startsWith('-') ? 'option' : 'section'} ${word}; sections: ${SECTIONS.join(', ')}`,
      );
  }
  const chosen = sections.size === 0 ? SECTIONS : SECTIONS.filter((name) => sections.has(name));
  return { sections: chosen, quick, rounds, json, profile };
}

function roundsOf(value: string): number {
  const rounds = Number(value);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MOST_ROUNDS)
    throw new UsageError(`--rounds takes a whole number from 1 to ${MOST_ROUNDS}, not ${value}`);
  return rounds;
}

function isSection(word: string): word is SectionName {
  return (SECTIONS as readonly string[]).includes(word);
}
