/** Questions in one batch at most: a batch is one statement, and must not become a long one. */
const BATCH = 128;
/** Batches under way at once: one that takes long holds up only half of the others. */
const UNDER_WAY = 2;

interface Waiting<K, V> {
  key: K;
  resolve: (value: V | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Asks for many things with one question. Whoever asks while nothing is under way is answered at once; what is asked
 * meanwhile goes together in the next question, so that the more there is to ask the less each costs.
 */
export class InBatches<K, V> {
  readonly #waiting: Waiting<K, V>[] = [];
  #underWay = 0;

  /** @param ask answers for the keys that are there; one that fails fails for all that were asked for with it */
  constructor(private readonly ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>) {}

  /** Undefined where there is none. */
  get(key: K): Promise<V | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#underWay >= UNDER_WAY || this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, BATCH);
    this.#underWay += 1;
    void this.#answer(batch).finally(() => {
      this.#underWay -= 1;
      this.#next();
    });
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
