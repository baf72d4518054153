import type { MessagingLog } from './observers.js';

/** A new reason is said at once, but never more than one line in this time. */
const MIN_INTERVAL_MS = 1_000;
/** The same reason is repeated this often, so that a night's outage does not fill the disk. */
const REPEAT_INTERVAL_MS = 30_000;

/** Says what keeps something from working: at most one line a second, and less while nothing changes. */
export class OutageLog {
  #reason: string | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly log: MessagingLog,
    private readonly message: string,
  ) {}

  say(fields: object, reason: string): void {
    const now = performance.now();
    const interval = reason === this.#reason ? REPEAT_INTERVAL_MS : MIN_INTERVAL_MS;
    if (now - this.#saidAt < interval) return;
    this.#reason = reason;
    this.#saidAt = now;
    this.log.warn({ ...fields, reason }, this.message);
  }

  /** The trouble is over: the next one is said even if its reason is the same. */
  over(): void {
    this.#reason = undefined;
  }
}
