/** Size of a batch at most, in questions unless they tell their sizes: a batch is one statement, and must not become a long one. */
const BATCH = 128;
/** Batches under way at once: one that takes long holds up only half of the others. */
const UNDER_WAY = 2;

interface Waiting<K, V> {
  key: K;
  resolve: (value: V | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Asks for many things with one question: what is asked in one turn of the event loop goes together, and what is asked while
 * questions are under way goes in the next one, so that the more there is to ask the less each costs.
 */
export class InBatches<K, V> {
  readonly #waiting: Waiting<K, V>[] = [];
  #underWay = 0;
  #gathering = false;

  /**
   * @param ask answers for the keys that are there; one that fails fails for all that were asked for with it
   * @param sizeOf how much of a batch a question takes; one that is larger than a batch is asked by itself
   */
  constructor(
    private readonly ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
    private readonly sizeOf: (key: K) => number = () => 1,
  ) {}

  /** Undefined where there is none. */
  get(key: K): Promise<V | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#gathering || this.#underWay >= UNDER_WAY || this.#waiting.length === 0) return;
    this.#gathering = true;
    setImmediate(() => {
      this.#gathering = false;
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#underWay >= UNDER_WAY || this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, this.#firstBatch());
    this.#underWay += 1;
    void this.#answer(batch).finally(() => {
      this.#underWay -= 1;
      this.#next();
    });
    // More than one batch may have come together.
    this.#next();
  }

  /** How many of those that wait the next batch has room for; at least one. */
  #firstBatch(): number {
    let size = 0;
    const over = this.#waiting.findIndex(({ key }) => (size += this.sizeOf(key)) > BATCH);
    return over === -1 ? this.#waiting.length : Math.max(1, over);
  }

  async #answer(batch: readonly Waiting<K, V>[]): Promise<void> {
    try {
      const found = await this.ask(batch.map(({ key }) => key));
      for (const { key, resolve } of batch) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
