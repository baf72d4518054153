import { createHash } from 'node:crypto';

/**
 * Numbers that follow from a seed alone (sfc32, of PractRand). Each part of a plan has a stream of its own, so that a
 * change of one leaves the others as they are.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...seed: readonly (string | number)[]) {
    const digest = createHash('sha256').update(seed.join('\n')).digest();
    this.#a = digest.readInt32LE(0);
    this.#b = digest.readInt32LE(4);
    this.#c = digest.readInt32LE(8);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** Of [0, 1). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** @throws RangeError where there is nothing to choose from */
  pick<T>(of: readonly T[]): T {
    const picked = of[Math.floor(this.next() * of.length)];
    if (picked === undefined) throw new RangeError('nothing to choose from');
    return picked;
  }

  shuffled<T>(all: readonly T[]): T[] {
    return all
      .map((each) => ({ each, at: this.next() }))
      .sort((one, other) => one.at - other.at)
      .map(({ each }) => each);
  }
}
