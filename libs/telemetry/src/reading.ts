/** A reading that is not there within this is left out of the scrape, milliseconds. */
const WITHIN_MS = 2_000;
/** Scrapes that come closer than this to each other share a reading, milliseconds. */
const FRESH_MS = 2_000;

/** What a reading says of itself: whether the last one came in time, and how long it took. */
export interface ReadingOutcome {
  success: boolean;
  seconds: number;
}

/**
 * Asks a server for what several gauges show, once for all of them. A scrape waits for it no longer than `withinMs`; what
 * hangs is not asked again before it has ended, so that no number of scrapes piles queries up.
 */
export class Reading<T> {
  #running: Promise<T> | undefined;
  #current: { value: T | null; at: number } | undefined;
  #pending: Promise<T | null> | undefined;
  #outcome: ReadingOutcome | null = null;

  constructor(
    private readonly read: () => Promise<T> | T,
    private readonly withinMs = WITHIN_MS,
    private readonly freshMs = FRESH_MS,
  ) {}

  /** Of the reading that `now` came to; null before the first. */
  get outcome(): ReadingOutcome | null {
    return this.#outcome;
  }

  /** What the server says now; null if it says nothing in time, or fails. */
  async now(): Promise<T | null> {
    if (this.#current !== undefined && performance.now() - this.#current.at < this.freshMs)
      return this.#current.value;
    this.#pending ??= this.#ask().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #ask(): Promise<T | null> {
    const startedAt = performance.now();
    const value = await this.#inTime();
    this.#current = { value, at: performance.now() };
    this.#outcome = { success: value !== null, seconds: (performance.now() - startedAt) / 1000 };
    return value;
  }

  async #inTime(): Promise<T | null> {
    // One that came too late for its scrape and is still under way: it is waited for, and not asked again.
    this.#running ??= Promise.resolve()
      .then(this.read)
      .finally(() => {
        this.#running = undefined;
      });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        resolve(null);
      }, this.withinMs);
    });
    try {
      return await Promise.race([this.#running, late]);
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
