/** Who waits for a change of a feed. */
export interface Waiter {
  /** Resolves at the next change since the last call, or since it came; or after the time, milliseconds. */
  changed: (timeoutMs: number) => Promise<void>;
  /** Gives its place up. */
  leave: () => void;
}

interface Place {
  channelId: string;
  heard: boolean;
  wake: () => void;
}

/** Requests that wait for changes: a bounded number, so that they take no other request's connection or memory. */
export class ChangeWaiters {
  readonly #places = new Set<Place>();
  #closed = false;

  constructor(
    private readonly maxWaiting: number,
    private readonly maxWaitingOfOne: number,
  ) {}

  get size(): number {
    return this.#places.size;
  }

  /** True once nobody may wait any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Null where there is no room; to be taken before the ledger is read, so that no change in between is overlooked. */
  enter(channelId: string): Waiter | null {
    const ofOne = [...this.#places].filter((place) => place.channelId === channelId).length;
    if (this.#places.size >= this.maxWaiting || ofOne >= this.maxWaitingOfOne) return null;
    const place: Place = { channelId, heard: false, wake: () => undefined };
    this.#places.add(place);
    return {
      changed: (timeoutMs) => this.#changed(place, timeoutMs),
      leave: () => {
        this.#places.delete(place);
        place.wake();
      },
    };
  }

  /** The feed changed. */
  wake(channelId: string): void {
    for (const place of this.#places) if (place.channelId === channelId) this.#tell(place);
  }

  /** Any feed may have changed. */
  wakeAll(): void {
    for (const place of this.#places) this.#tell(place);
  }

  /** Nobody waits any more, from now on. */
  close(): void {
    this.#closed = true;
    this.wakeAll();
  }

  #tell(place: Place): void {
    place.heard = true;
    place.wake();
  }

  async #changed(place: Place, timeoutMs: number): Promise<void> {
    if (!place.heard && this.#places.has(place) && !this.#closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        place.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    place.heard = false;
  }
}
