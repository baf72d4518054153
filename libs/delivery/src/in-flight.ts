/** One request under way. */
export interface FlightHandle {
  signal: AbortSignal;
  /** Throws if the request must not start any more: the very last question before its first byte. */
  beforeFirstByte: () => void;
  /** What goes out holds the content of these articles too: a withdrawal of any of them stops it. */
  carries: (articleIds: Iterable<string>) => void;
  land: () => void;
}

interface Flight {
  version: number;
  abort: AbortController;
}

/** Requests of this process that carry an article's content, so that a withdrawal stops them at once. */
export class InFlight {
  readonly #byArticle = new Map<string, Set<Flight>>();

  /**
   * `leaseEndsAt` is on the monotonic clock (`performance.now()`), which nobody can set; it stands still while the machine
   * is suspended, though, and the lease does not: hence the wall clock beside it.
   */
  begin(articleId: string, version: number, leaseEndsAt: number): FlightHandle {
    const leaseEndsAtWall = Date.now() + leaseEndsAt - performance.now();
    const flight: Flight = { version, abort: new AbortController() };
    // Of articles that are carried along any withdrawal counts: what is withdrawn already is not among them.
    const carried: Flight = { version: 0, abort: flight.abort };
    const alsoOf = new Set<string>();
    this.#add(articleId, flight);
    return {
      carries: (articleIds) => {
        for (const id of articleIds) {
          if (alsoOf.has(id)) continue;
          alsoOf.add(id);
          this.#add(id, carried);
        }
      },
      signal: flight.abort.signal,
      beforeFirstByte: () => {
        flight.abort.signal.throwIfAborted();
        // After a stop of the process (SIGSTOP, a suspended machine) somebody else may have the delivery by now.
        if (performance.now() >= leaseEndsAt || Date.now() >= leaseEndsAtWall)
          throw new Error('the lease ended before the request could start');
      },
      land: () => {
        this.#remove(articleId, flight);
        for (const id of alsoOf) this.#remove(id, carried);
      },
    };
  }

  #add(articleId: string, flight: Flight): void {
    const flights = this.#byArticle.get(articleId) ?? new Set();
    this.#byArticle.set(articleId, flights.add(flight));
  }

  #remove(articleId: string, flight: Flight): void {
    const flights = this.#byArticle.get(articleId);
    flights?.delete(flight);
    if (flights?.size === 0) this.#byArticle.delete(articleId);
  }

  /** Stops every request of the article up to and including `throughVersion`. */
  abort(articleId: string, throughVersion: number): void {
    for (const flight of this.#byArticle.get(articleId) ?? []) {
      if (flight.version <= throughVersion) flight.abort.abort(new Error('the article was withdrawn'));
    }
  }

  has(articleId: string): boolean {
    return this.#byArticle.has(articleId);
  }

  articles(): string[] {
    return [...this.#byArticle.keys()];
  }
}
