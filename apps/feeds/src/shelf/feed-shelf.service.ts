import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { BuildDigest } from '../build-digest.js';
import { FeedsEvents } from '../events.js';
import { PUBLIC_URL } from '../public-url.js';
import { FeedShelves } from './feed-shelves.js';
import { shelfReader } from './read-shelf.js';
import type { Shelf } from './shelf.js';
import { ShelfKeeper } from './shelf-keeper.js';

/** The shelves of this process: what requests are answered from, kept up with what the ledger tells. */
@Injectable()
export class FeedShelfService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #shelves: FeedShelves;
  readonly #keeper: ShelfKeeper;
  #starting: Promise<void> | undefined;

  constructor(
    @Inject(LEDGER) ledger: Ledger,
    @Inject(PUBLIC_URL) publicUrl: string,
    @Inject(BuildDigest) build: BuildDigest,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(LedgerStart) private readonly ledgerStart: LedgerStart,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {
    const failed = (what: string, error: unknown, fields?: object) => {
      events.failed(what, error, fields);
    };
    this.#shelves = new FeedShelves({
      read: shelfReader(
        { ledger, publicUrl, build },
        (channel, rendition, reason) => {
          events.unreadable(channel, rendition, reason);
        },
        (channel, error) => {
          failed('archive pages cannot be cut now', error, { channel });
        },
      ),
      heard: () => notifications.healthy(),
      failed: (channel, error) => {
        failed('a feed cannot be made now', error, { channel });
      },
    });
    this.#keeper = new ShelfKeeper({
      ledger,
      shelves: this.#shelves,
      served: (channel, deliveries) => {
        events.served(channel, deliveries);
      },
      failed,
    });
  }

  /** Without waiting, where it is in memory and known to be current. */
  peek(channelId: string): Shelf | undefined {
    return this.#shelves.peek(channelId);
  }

  /** @throws what the ledger throws where it cannot be read */
  get(channelId: string): Promise<Shelf> {
    return this.#shelves.get(channelId);
  }

  onApplicationBootstrap(): void {
    this.notifications.onChange((heard) => {
      this.events.listening(heard);
      this.#shelves.forget();
    });
    this.notifications.on(NOTIFICATIONS.articleWithdrawn, (articleId) => {
      this.#shelves.withdrawn(articleId);
    });
    for (const changed of [NOTIFICATIONS.channelServed, NOTIFICATIONS.channelChanged]) {
      this.notifications.on(changed, (channelId) => {
        this.#shelves.changed(channelId);
        this.#keeper.wake(channelId);
      });
    }
    this.#starting = this.#start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#keeper.destroy();
    await this.#starting;
  }

  async #start(): Promise<void> {
    if (await this.ledgerStart.migrated()) this.#keeper.start();
  }
}
