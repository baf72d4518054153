import { connect, type NatsConnection } from '@nats-io/transport-node';
import { reasonOf } from './failure-reason.js';
import { natsOptionsOf, serverNamesOf } from './nats-url.js';
import type { MessagingEvents, MessagingLog } from './observers.js';
import { OutageLog } from './outage-log.js';
import { pause } from './waiting.js';

/** A stretch of time during which NATS is reached. */
export interface Session {
  readonly nats: NatsConnection;
  /** Aborted when the connection breaks; the next session is another object. */
  readonly lost: AbortSignal;
}

export interface ConnectionOptions {
  /** See {@link natsOptionsOf}. */
  readonly url: string;
  /** Shown by the server's monitoring. */
  readonly name: string;
  readonly log: MessagingLog;
  readonly events?: Partial<MessagingEvents>;
}

const RETRY_MS = 500;
const CONNECT_TIMEOUT_MS = 5_000;
/** Two pings without an answer end a connection whose other side has gone without a word: 20 to 30 s. */
const PING_INTERVAL_MS = 10_000;
const DRAIN_TIMEOUT_MS = 5_000;

/** The process's one connection to NATS. It never gives up: not at start, not later. */
export class JetStreamConnection {
  readonly #options: ConnectionOptions;
  readonly #servers: string;
  readonly #outage: OutageLog;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<(session: Session) => void>();
  readonly #listeners = new Set<(session: Session) => void>();
  #session: { nats: NatsConnection; lost: AbortSignal; end: AbortController } | undefined;
  #nats: NatsConnection | undefined;
  #reason: string | null = 'not started';
  #running: Promise<void> | undefined;

  /** @throws InvalidNatsUrl */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#servers = serverNamesOf(options.url);
    this.#outage = new OutageLog(options.log, 'NATS is not reached');
  }

  /** Begins to connect and returns at once; without effect when called again. */
  start(): void {
    if (this.#running !== undefined || this.#stopping.signal.aborted) return;
    this.#reason = `connecting to ${this.#servers}`;
    this.#running = this.#keepConnected();
  }

  /** Null while NATS is reached, else why not. */
  notReadyBecause(): string | null {
    return this.#reason;
  }

  /** The session if NATS is reached now. */
  current(): Session | undefined {
    return this.#session;
  }

  /**
   * The current session, or the next one.
   *
   * @throws the signal's reason once it is aborted
   */
  async session(signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted();
    if (this.#session !== undefined) return this.#session;
    return new Promise((resolve, reject) => {
      const arrived = (session: Session): void => {
        signal.removeEventListener('abort', aborted);
        resolve(session);
      };
      const aborted = (): void => {
        this.#waiting.delete(arrived);
        reject(signal.reason as Error);
      };
      this.#waiting.add(arrived);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Called at the beginning of each session. @returns takes the listener away again */
  onSession(listener: (session: Session) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends what is still buffered (acks), then closes for good. */
  async drain(): Promise<void> {
    this.#stopping.abort();
    const nats = this.#nats;
    if (nats !== undefined && !nats.isClosed()) {
      const drained = this.#session === undefined ? Promise.resolve() : nats.drain().catch(() => undefined);
      const enough = new AbortController();
      await Promise.race([drained, pause(DRAIN_TIMEOUT_MS, enough.signal)]);
      enough.abort();
      await nats.close();
    }
    await this.#running;
    this.#end('shut down');
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#nats = await this.#connect();
        await this.#follow(this.#nats);
      } catch (error) {
        this.#end(`${this.#servers} is not reached: ${reasonOf(error)}`);
        await pause(RETRY_MS, signal);
      }
    }
  }

  async #connect(): Promise<NatsConnection> {
    return connect({
      ...natsOptionsOf(this.#options.url),
      name: this.#options.name,
      timeout: CONNECT_TIMEOUT_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RETRY_MS,
      // A server that restarts with another password file refuses for a moment; the client would give up.
      ignoreAuthErrorAbort: true,
      pingInterval: PING_INTERVAL_MS,
      // A stack trace per request costs more than the request.
      noAsyncTraces: true,
    });
  }

  /** Returns when the client has closed for good, which it does at shutdown only, or by a defect. */
  async #follow(nats: NatsConnection): Promise<void> {
    if (this.#stopping.signal.aborted) return nats.close();
    const statuses = nats.status();
    this.#begin(nats);
    for await (const status of statuses) {
      if (status.type === 'disconnect') this.#end(`connection to ${this.#servers} lost`);
      else if (status.type === 'reconnecting') this.#say();
      else if (status.type === 'error') this.#refused(status.error);
      else if (status.type === 'reconnect') {
        this.#begin(nats);
        this.#options.events?.reconnected?.();
      }
    }
    const closedWith = await nats.closed();
    this.#end(closedWith instanceof Error ? reasonOf(closedWith) : 'connection closed');
  }

  #begin(nats: NatsConnection): void {
    const end = new AbortController();
    const session = { nats, lost: end.signal, end };
    this.#session = session;
    this.#reason = null;
    this.#outage.over();
    this.#options.log.info(
      { server: nats.getServer(), version: nats.info?.version ?? 'unknown' },
      'NATS is reached',
    );
    for (const arrived of this.#waiting) arrived(session);
    this.#waiting.clear();
    for (const listener of this.#listeners) listener(session);
  }

  #end(reason: string): void {
    this.#reason = reason;
    if (!this.#stopping.signal.aborted) this.#say();
    const ended = this.#session;
    this.#session = undefined;
    ended?.end.abort(new Error(reason));
  }

  /** Errors that come while connected (a slow consumer, a permission) do not end the session. */
  #refused(error: Error): void {
    if (this.#session === undefined) this.#reason = `${this.#servers} refuses: ${reasonOf(error)}`;
    else this.#options.log.warn({ reason: reasonOf(error) }, 'NATS reports an error');
  }

  #say(): void {
    if (this.#reason !== null) this.#outage.say({ server: this.#servers }, this.#reason);
  }
}
