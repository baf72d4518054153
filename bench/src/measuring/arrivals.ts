import type { Received } from '../processes/receiver.js';
import { count, type Count } from './figures.js';

interface Sum {
  expected: number;
  pushes: number;
  distinct: number;
  signed: number;
}

/** What the receivers saw of each contender, over all of its rounds. */
export class Arrivals {
  readonly #sums = new Map<string, Sum>();

  /** @param unsigned contenders that sign nothing */
  constructor(private readonly unsigned: readonly string[] = []) {}

  add(contender: string, expected: number, received: Received): void {
    const sum = this.#sums.get(contender) ?? { expected: 0, pushes: 0, distinct: 0, signed: 0 };
    this.#sums.set(contender, {
      expected: sum.expected + expected,
      pushes: sum.pushes + received.count,
      distinct: sum.distinct + received.distinct,
      signed: sum.signed + received.signed,
    });
  }

  /** Pushes that were to arrive so far. */
  expectedOf(contender: string): number {
    return this.#sums.get(contender)?.expected ?? 0;
  }

  /** @throws Error where an outlet got fewer, more or unsigned ones: each is to get every article once */
  counts(): Count[] {
    return [...this.#sums].flatMap(([name, { expected, pushes, distinct, signed }]) => [
      count(`pushes received, ${name}`, expected, pushes),
      count(`different ones among them, ${name}`, expected, distinct),
      count(`signed ones among them, ${name}`, this.unsigned.includes(name) ? 0 : expected, signed),
    ]);
  }
}
