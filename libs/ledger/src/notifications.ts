import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { NOTIFICATIONS } from '@newsrelay/contracts/subjects';

export type NotificationChannel = (typeof NOTIFICATIONS)[keyof typeof NOTIFICATIONS];

/** A half-open connection is noticed within interval + timeout, below one second. */
const HEARTBEAT_INTERVAL_MS = 400;
const HEARTBEAT_TIMEOUT_MS = 500;
const RECONNECT_MS = 250;

/**
 * A connection of its own that LISTENs, reconnects for ever and knows whether it hears. Notifications wake, they never
 * carry truth: whoever listens also reads the ledger when `onChange(true)` says that hearing began again.
 */
export class LedgerNotifications {
  readonly #stopping = new AbortController();
  readonly #heard = new EventEmitter();
  #listening = false;
  #running: Promise<void> | undefined;

  constructor(
    private readonly url: string,
    private readonly channels: readonly NotificationChannel[],
  ) {
    this.#heard.setMaxListeners(100);
  }

  /** Begins to listen in the background; returns at once, also when PostgreSQL is away. */
  start(): void {
    this.#running ??= this.#listenForEver();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  on(channel: NotificationChannel, hear: (payload: string) => void): void {
    this.#heard.on(`notification:${channel}`, hear);
  }

  /** Called with true whenever hearing begins (again), with false when it is lost. */
  onChange(change: (healthy: boolean) => void): void {
    this.#heard.on('change', change);
  }

  /** True while a heartbeat has been answered within the last second. */
  healthy(): boolean {
    return this.#listening;
  }

  async #listenForEver(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const client = new pg.Client({
        connectionString: this.url,
        application_name: 'newsrelay-listen',
        connectionTimeoutMillis: 2_000,
        query_timeout: HEARTBEAT_TIMEOUT_MS,
        keepAlive: true,
      });
      const broken = new AbortController();
      // Not once: a server that ends says so, and then the socket does too.
      client.on('error', () => {
        broken.abort();
      });
      client.once('end', () => {
        broken.abort();
      });
      try {
        await client.connect();
        client.on('notification', ({ channel, payload }) => {
          this.#heard.emit(`notification:${channel}`, payload ?? '');
        });
        for (const channel of this.channels) await client.query(`LISTEN ${channel}`);
        this.#change(true);
        await this.#beat(client, AbortSignal.any([signal, broken.signal]));
      } catch {
        // Away or broken: tried again below. The pool's own queries report the reason.
      }
      this.#change(false);
      // A half-open connection never says goodbye.
      await Promise.race([client.end().catch(() => undefined), delay(500)]);
      await delay(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #beat(client: pg.Client, until: AbortSignal): Promise<void> {
    for (;;) {
      const stopped = await delay(HEARTBEAT_INTERVAL_MS, false, { signal: until }).catch(() => true);
      if (stopped) return;
      await client.query('SELECT 1');
    }
  }

  #change(listening: boolean): void {
    if (this.#listening === listening) return;
    this.#listening = listening;
    // Whoever stops it does not want to be told that it does not hear.
    if (this.#stopping.signal.aborted) return;
    this.#heard.emit('change', listening);
  }
}
