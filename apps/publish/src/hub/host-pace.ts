/** Requests that the hub sends to one host by itself: so many at once, and so many a minute. */
export interface HostPaceLimits {
  atOnce: number;
  perMinute: number;
  /** May follow each other at once after a silence. */
  burst: number;
}

interface Host {
  underWay: number;
  tokens: number;
  at: number;
}

/**
 * Keeps the hub from being an amplifier: whatever is asked of it, a host gets no more than this. A token bucket for each host
 * that was called lately; `now` is on the monotonic clock, milliseconds.
 */
export class HostPace {
  readonly #hosts = new Map<string, Host>();

  constructor(private readonly limits: HostPaceLimits) {}

  /** Takes the next request to the host, if it may have one now. `leave` when it is over. */
  take(name: string, now: number): boolean {
    const host = this.#filled(name, now);
    if (host.underWay >= this.limits.atOnce || host.tokens < 1) return false;
    host.tokens -= 1;
    host.underWay += 1;
    return true;
  }

  leave(name: string): void {
    const host = this.#hosts.get(name);
    if (host !== undefined) host.underWay -= 1;
  }

  /** Hosts that may have no request now; forgets those of which nothing is left to say. */
  full(now: number): string[] {
    return [...this.#hosts.keys()].filter((name) => {
      const { underWay, tokens } = this.#filled(name, now);
      if (underWay === 0 && tokens >= this.limits.burst) this.#hosts.delete(name);
      return underWay >= this.limits.atOnce || tokens < 1;
    });
  }

  #filled(name: string, now: number): Host {
    const { burst, perMinute } = this.limits;
    const host = this.#hosts.get(name) ?? { underWay: 0, tokens: burst, at: now };
    host.tokens = Math.min(burst, host.tokens + ((now - host.at) * perMinute) / 60_000);
    host.at = now;
    this.#hosts.set(name, host);
    return host;
  }
}
