import { setTimeout as delay } from 'node:timers/promises';
import { RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';

export interface RoundsOptions {
  /** Milliseconds between rounds. */
  everyMs: number;
  /** One round; true if there is more to be done at once. A round that throws is said, once a second at most, and repeated. */
  round: () => Promise<boolean>;
  /** What a round that throws is logged as. */
  failure: string;
  logger: Logger;
  /** Resolves with true when rounds may begin, with false if they never will. */
  begin?: () => Promise<boolean>;
}

/** Work on the ledger that is done again and again: nothing ends it but `stop`, a server that is away least of all. */
export class Rounds {
  readonly #stopping = new AbortController();
  readonly #log: RateLimitedLog;
  #wake = new AbortController();
  #running: Promise<void> | undefined;

  constructor(private readonly options: RoundsOptions) {
    this.#log = new RateLimitedLog((fields, message) => {
      options.logger.warn(fields, message);
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** The next round comes now, also if one is under way. */
  wake(): void {
    this.#wake.abort();
  }

  /** Resolves when the round that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs, round, failure, begin } = this.options;
    const stopping = this.#stopping.signal;
    if (begin !== undefined && !(await begin())) return;
    while (!stopping.aborted) {
      // Before the round, so that what comes while it looks is not slept over.
      this.#wake = new AbortController();
      const more = await round().catch((error: unknown) => {
        this.#log.say({ reason: error instanceof Error ? error.message : String(error) }, failure);
        return false;
      });
      if (more) continue;
      await delay(everyMs, undefined, { signal: AbortSignal.any([stopping, this.#wake.signal]) }).catch(
        () => undefined,
      );
    }
  }
}
