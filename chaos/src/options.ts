import { randomInt } from 'node:crypto';

/** What a person asked for. */
export interface ChaosOptions {
  /** How long faults go on. */
  readonly minutes: number;
  /** Everything random follows from it. */
  readonly seed: string;
  /** Print what would happen, and do nothing. */
  readonly planOnly: boolean;
  /** A folder with the records of an earlier run, which are checked again; null for a run. */
  readonly check: string | null;
}

/** An option that is none; the message names it and the fix. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const MINUTES = 5;
const QUICK_MINUTES = 0.6;
const LEAST_MINUTES = 0.25;
const MOST_MINUTES = 24 * 60;
const SEED = /^[\w.-]{1,40}$/;

/** @throws UsageError */
export function readOptions(words: readonly string[]): ChaosOptions {
  let minutes: number | null = null;
  let seed: string | null = null;
  let quick = false;
  let planOnly = false;
  let check: string | null = null;
  const rest = [...words];
  const valueOf = (option: string): string => {
    const value = rest.shift();
    if (value === undefined || value.startsWith('--'))
      throw new UsageError(`${option} needs a value after it`);
    return value;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--minutes') minutes = minutesOf(valueOf(word));
    else if (word === '--seed') seed = seedOf(valueOf(word));
    else if (word === '--quick') quick = true;
    else if (word === '--plan') planOnly = true;
    else if (word === '--check') check = valueOf(word);
    else
      throw new UsageError(
        `chaos knows no option ${word}; options: --minutes N, --seed S, --quick, --plan, --check FOLDER`,
      );
  }
  if (quick && minutes !== null) throw new UsageError('--quick sets the minutes: leave one of the two out');
  return {
    minutes: minutes ?? (quick ? QUICK_MINUTES : MINUTES),
    seed: seed ?? String(randomInt(1, 1_000_000)),
    planOnly,
    check,
  };
}

function minutesOf(value: string): number {
  const minutes = Number(value);
  if (!(minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES))
    throw new UsageError(`--minutes takes a number from ${LEAST_MINUTES} to ${MOST_MINUTES}, not ${value}`);
  return minutes;
}

function seedOf(value: string): string {
  if (!SEED.test(value))
    throw new UsageError(`--seed takes up to 40 letters, digits, ".", "_" and "-", not ${value}`);
  return value;
}
