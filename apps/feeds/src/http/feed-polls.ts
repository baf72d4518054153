import { networkOf } from '@newsrelay/http-api/network-of';

const WINDOW_MS = 60_000;
/** Pairs of caller and feed that are counted at once; beyond them the oldest is forgotten. */
const MOST_COUNTED = 20_000;
/** Who asks from this machine is a gateway that is not named as one, or ourselves. */
const LOOPBACK = /^(?:::1$|(?:::ffff:)?127\.)/;

/**
 * Counts whole feeds that were sent to a caller who did not say what it has. Far more of them than a feed changes are
 * refused: one feed to one address (of IPv6, one network), `perMinute` times a minute. A new subscriber, or a house full of
 * readers behind one address, stays below it; whoever sends a condition is never counted.
 */
export class FeedPolls {
  readonly #counted = new Map<string, { count: number; endsAt: number }>();

  /** 0 `perMinute`: nothing is refused. */
  constructor(
    private readonly perMinute: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Counts a poll of the feed. @returns 0, or the seconds after which it is answered again: then it is not counted */
  take(address: string, feed: string): number {
    if (this.perMinute === 0 || LOOPBACK.test(address)) return 0;
    const key = `${networkOf(address)} ${feed}`;
    const now = this.now();
    const known = this.#counted.get(key);
    if (known === undefined || known.endsAt <= now) {
      this.#counted.delete(key);
      this.#counted.set(key, { count: 1, endsAt: now + WINDOW_MS });
      this.#forgetOldest();
      return 0;
    }
    if (known.count >= this.perMinute) return Math.ceil((known.endsAt - now) / 1000);
    known.count += 1;
    return 0;
  }

  #forgetOldest(): void {
    if (this.#counted.size <= MOST_COUNTED) return;
    for (const oldest of this.#counted.keys()) {
      this.#counted.delete(oldest);
      return;
    }
  }
}
