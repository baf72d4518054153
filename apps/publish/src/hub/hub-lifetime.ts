import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import type { Ledger } from '@newsrelay/ledger/database';
import { Leader } from '@newsrelay/ledger/leader';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Lanes } from '../lanes.js';
import { HubCallbacks } from './hub-callbacks.js';
import { HubEvents } from './hub-events.js';

/** A process that asks callbacks and vanishes is succeeded after this, milliseconds. */
const LEASE_MS = 5_000;

/** Starts and stops what asks callbacks of the hub. */
@Injectable()
export class HubLifetime implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #callbacks: HubCallbacks;
  #starting: Promise<void> | undefined;
  #stopped = false;

  constructor(
    @Inject(LEDGER) ledger: Ledger,
    @Inject(LedgerStart) private readonly ledgerStart: LedgerStart,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(Lanes) lanes: Lanes,
    @Inject(HubEvents) events: HubEvents,
    @Inject(LOGGER) logger: Logger,
  ) {
    const leader = new Leader(ledger, { name: 'hub', leaseMs: LEASE_MS });
    this.#callbacks = new HubCallbacks({ ledger, leader, outbound: lanes.hub, events, logger });
  }

  onApplicationBootstrap(): void {
    this.notifications.on(NOTIFICATIONS.hubRequests, () => {
      this.#callbacks.wake();
    });
    this.#starting = this.#start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    await this.#starting;
    await this.#callbacks.stop();
  }

  async #start(): Promise<void> {
    if ((await this.ledgerStart.migrated()) && !this.#stopped) this.#callbacks.start();
  }
}
