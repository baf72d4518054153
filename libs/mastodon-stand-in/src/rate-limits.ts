/** Requests within a window of time, in milliseconds. */
export interface RateLimit {
  requests: number;
  windowMs: number;
}

/** Mastodon's own: 300 in 5 minutes an account, 30 deletions in 30 minutes. */
export const MASTODON_LIMITS = {
  account: { requests: 300, windowMs: 300_000 },
  deletions: { requests: 30, windowMs: 1_800_000 },
} as const satisfies Record<string, RateLimit>;

/** Counts in fixed windows, as rack-attack does. */
export class RateCounter {
  readonly #counts = new Map<string, { window: number; count: number }>();

  constructor(private readonly limit: RateLimit) {}

  /** Whether this request is within the limit, and the headers that say so. */
  count(name: string, now: number): { allowed: boolean; headers: Record<string, string> } {
    const { requests, windowMs } = this.limit;
    const window = Math.floor(now / windowMs);
    const known = this.#counts.get(name);
    const count = known?.window === window ? known.count + 1 : 1;
    this.#counts.set(name, { window, count });
    return {
      allowed: count <= requests,
      headers: {
        'x-ratelimit-limit': String(requests),
        'x-ratelimit-remaining': String(Math.max(0, requests - count)),
        'x-ratelimit-reset': new Date((window + 1) * windowMs).toISOString(),
      },
    };
  }
}
