/** Callers that are remembered at most; those that were silent longest are forgotten first. */
const REMEMBERED = 20_000;

interface Caller {
  tokens: number;
  at: number;
}

/** A token bucket for each address that calls: so many requests a minute, and as many at once after a silence. */
export class CallerPace {
  readonly #callers = new Map<string, Caller>();

  constructor(private readonly perMinute: number) {}

  /** Takes a request of the caller. 0, or the seconds after which it may come again. `now` is in milliseconds. */
  take(address: string, now: number): number {
    const { perMinute } = this;
    const caller = this.#callers.get(address) ?? { tokens: perMinute, at: now };
    this.#callers.delete(address);
    this.#callers.set(address, caller);
    const [oldest] = this.#callers.keys();
    if (this.#callers.size > REMEMBERED && oldest !== undefined) this.#callers.delete(oldest);
    caller.tokens = Math.min(perMinute, caller.tokens + ((now - caller.at) * perMinute) / 60_000);
    caller.at = now;
    if (caller.tokens < 1) return Math.max(1, Math.ceil(((1 - caller.tokens) * 60) / perMinute));
    caller.tokens -= 1;
    return 0;
  }
}

/** Who an address is, for its pace: of IPv6 the /64, of which everybody who has one has all. */
export function callerOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0');
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
