import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { beat, leave, type ServiceInstance } from '@newsrelay/ledger/service-status';
import { VERSION } from './version.js';

const INTERVAL_MS = 2_000;
/** Injection token: names of the services in this process. */
export const SERVICE_NAMES = Symbol('ServiceNames');

/** Says in the ledger that the services of this process live, for `GET /api/v1/status`. */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  readonly #instances: ServiceInstance[];
  #running: Promise<void> | undefined;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) private readonly start: LedgerStart,
    @Inject(SERVICE_NAMES) services: readonly string[],
  ) {
    this.#instances = services.map((service) => ({
      service,
      instance: `${hostname()}:${process.pid}`,
      pid: process.pid,
      version: VERSION,
    }));
  }

  onApplicationBootstrap(): void {
    this.#running = this.#run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#each(leave);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    if (!(await this.start.migrated())) return;
    while (!signal.aborted) {
      await this.#each(beat);
      await delay(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A heartbeat that cannot be written says by itself what it is meant to say. */
  async #each(tell: (ledger: Ledger, instance: ServiceInstance) => Promise<void>): Promise<void> {
    for (const instance of this.#instances) await tell(this.ledger, instance).catch(() => undefined);
  }
}
