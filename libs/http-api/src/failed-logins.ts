import { networkOf } from './network-of.js';

/** Wrong keys of one address within a window at most. */
const MOST = 10;
const WINDOW_MS = 5 * 60_000;
/** Addresses kept at most; beyond them the oldest is forgotten. */
const MOST_ADDRESSES = 10_000;

/** Slows guessing: counts wrong logins by address, in memory. */
export class FailedLogins {
  readonly #byAddress = new Map<string, { count: number; endsAt: number }>();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * Before a key is looked at: counted as wrong until `forgive` says otherwise, so that many at a time do not slip through.
   * Returns 0, or the seconds after which the address may try again.
   */
  begin(address: string): number {
    const key = networkOf(address);
    const now = this.now();
    const known = this.#byAddress.get(key);
    if (known === undefined || known.endsAt <= now) {
      this.#byAddress.delete(key);
      this.#byAddress.set(key, { count: 1, endsAt: now + WINDOW_MS });
      this.#forgetOldest();
      return 0;
    }
    if (known.count >= MOST) return Math.ceil((known.endsAt - now) / 1000);
    known.count += 1;
    return 0;
  }

  /** The key was right, or nobody could tell. Wrong ones before it stay counted. */
  forgive(address: string): void {
    const known = this.#byAddress.get(networkOf(address));
    if (known !== undefined) known.count = Math.max(0, known.count - 1);
  }

  #forgetOldest(): void {
    if (this.#byAddress.size <= MOST_ADDRESSES) return;
    for (const oldest of this.#byAddress.keys()) {
      this.#byAddress.delete(oldest);
      return;
    }
  }
}
