import type { Shelf } from './shelf.js';

/** Reads a shelf from the ledger; given what stands, it may return that where nothing changed. */
export type LoadShelf = (standing: Shelf | undefined) => Promise<Shelf>;

/**
 * One shelf in memory. A change that is heard while a load is under way may have come after that load's reading: it
 * makes the result stale, and whoever then asks waits for the next load.
 */
export class ShelfSlot {
  #shelf: Shelf | undefined;
  #changes = 0;
  #loadedAt = -1;
  #running: Promise<unknown> | undefined;
  #queued: Promise<Shelf> | undefined;

  constructor(private readonly load: LoadShelf) {}

  /** What stands here; undefined where nothing does or something changed since. */
  get fresh(): Shelf | undefined {
    return this.#loadedAt === this.#changes ? this.#shelf : undefined;
  }

  /** What stands here, changed or not. */
  get standing(): Shelf | undefined {
    return this.#shelf;
  }

  get loading(): boolean {
    return this.#running !== undefined || this.#queued !== undefined;
  }

  /** Something of it changed in the ledger. */
  touch(): void {
    this.#changes += 1;
  }

  /** True if a withdrawal of the article may concern what stands here or is being read now. */
  mayHold(articleId: string): boolean {
    return this.loading || (this.#shelf?.kind === 'feed' && this.#shelf.articleIds.has(articleId));
  }

  /** A shelf read from the ledger after this call; those who ask before the reading begins share it. */
  reload(): Promise<Shelf> {
    this.#queued ??= this.#loadAfterRunning();
    return this.#queued;
  }

  async #loadAfterRunning(): Promise<Shelf> {
    await this.#running;
    this.#queued = undefined;
    const changes = this.#changes;
    const loading = this.load(this.#shelf);
    const running = loading
      .catch(() => undefined)
      .then(() => {
        if (this.#running === running) this.#running = undefined;
      });
    this.#running = running;
    const shelf = await loading;
    this.#shelf = shelf;
    this.#loadedAt = changes;
    return shelf;
  }
}
