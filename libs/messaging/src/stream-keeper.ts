import type { JetStreamConnection, Session } from './connection.js';
import { reasonOf } from './failure-reason.js';
import type { MessagingLog } from './observers.js';
import { OutageLog } from './outage-log.js';
import { aborted, isAborted, pause } from './waiting.js';
import { ensureStream, TopologyMismatch, type StreamSpec } from './topology.js';

const RETRY_MS = 1_000;
/** A mismatch waits for a person; asking more often would only load the server. */
const RETRY_MISMATCH_MS = 10_000;

/**
 * Keeps the declared streams in being: checked at each connection, since a server may come back with an empty
 * data folder, and whenever somebody misses one.
 */
export class StreamKeeper {
  readonly #outage: OutageLog;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();
  #recheck = new AbortController();
  #reason: string | null = 'streams are not checked yet';
  #running: Promise<void> | undefined;

  constructor(
    private readonly connection: JetStreamConnection,
    private readonly streams: readonly StreamSpec[],
    log: MessagingLog,
  ) {
    this.#outage = new OutageLog(log, 'JetStream is not as declared');
  }

  /** Begins to check and returns at once; without effect when called again. */
  start(): void {
    this.#running ??= this.#keep();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('shut down'));
    await this.#running;
  }

  /** Null while all streams are as declared, else what is wrong, naming stream and field. */
  notReadyBecause(): string | null {
    return this.connection.notReadyBecause() ?? this.#reason;
  }

  /** Somebody misses a stream: check again. */
  recheck(): void {
    this.#recheck.abort();
  }

  /**
   * Resolves when all streams are as declared.
   *
   * @throws the signal's reason once it is aborted
   */
  async ensured(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#reason === null) return;
    return new Promise((resolve, reject) => {
      const settled = (): void => {
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      const aborted = (): void => {
        this.#waiting.delete(settled);
        reject(signal.reason as Error);
      };
      this.#waiting.add(settled);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  async #keep(): Promise<void> {
    const stop = this.#stopping.signal;
    while (!isAborted(stop)) {
      try {
        const session = await this.connection.session(stop);
        await this.#check(session);
        await aborted(AbortSignal.any([stop, session.lost, this.#recheck.signal]));
        this.#reason = 'streams are being checked';
        // Whoever misses a stream may say so many times a second.
        if (this.#recheck.signal.aborted) await pause(RETRY_MS, stop);
      } catch (error) {
        if (isAborted(stop)) return;
        this.#reason = reasonOf(error);
        this.#outage.say({}, this.#reason);
        await pause(error instanceof TopologyMismatch ? RETRY_MISMATCH_MS : RETRY_MS, stop);
      }
    }
  }

  async #check(session: Session): Promise<void> {
    this.#recheck = new AbortController();
    for (const stream of this.streams) await ensureStream(session.nats, stream);
    this.#reason = null;
    this.#outage.over();
    for (const settled of this.#waiting) settled();
    this.#waiting.clear();
  }
}
