import { setTimeout as delay } from 'node:timers/promises';
import { feedManifest } from '@newsrelay/channel-feed/manifest';
import type { Ledger } from '@newsrelay/ledger/database';
import {
  channelsToShelve,
  endServed,
  shelveAccepted,
  type ServedDelivery,
} from '@newsrelay/ledger/feed-shelf';
import type { FeedShelves } from './feed-shelves.js';

/** What a crash or a lost notification left is found within this, milliseconds. */
const SWEEP_MS = 1_000;
/** Channels kept at once; each takes one connection. */
const CHANNELS_AT_ONCE = 3;
/** Deliveries taken onto a shelf in one transaction. */
const BATCH = 200;

export interface ShelfKeeperOptions {
  ledger: Ledger;
  shelves: FeedShelves;
  served: (channelId: string, deliveries: readonly ServedDelivery[]) => void;
  /** Told of what the next sweep tries again. */
  failed: (what: string, error: unknown, fields?: object) => void;
}

/**
 * Takes accepted deliveries onto the shelf, follows them in memory so that a GET serves them, and only then calls them
 * delivered. Each step may be cut off: the sweep finds what is still accepted and takes it again. Any number of instances
 * may do so beside each other.
 */
export class ShelfKeeper {
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  #sweeping: Promise<void> | undefined;

  constructor(private readonly options: ShelfKeeperOptions) {}

  /** Begins to sweep. */
  start(): void {
    this.#sweeping ??= this.#sweep();
  }

  /** The channel has something for its shelf. */
  wake(channelId: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#waiting.add(channelId);
    this.#begin();
  }

  /** Resolves when nothing is under way; for tests and a clean end. */
  async drain(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working.values());
  }

  /** Finishes what is under way and takes nothing new. */
  async destroy(): Promise<void> {
    this.#stopping.abort();
    this.#waiting.clear();
    await this.#sweeping;
    await this.drain();
  }

  #begin(): void {
    for (const channelId of this.#waiting) {
      if (this.#working.size >= CHANNELS_AT_ONCE) return;
      // One that is being kept is kept once more afterwards: what woke us may have come too late for it.
      if (this.#working.has(channelId)) continue;
      this.#waiting.delete(channelId);
      const work = this.#keep(channelId)
        .catch((error: unknown) => {
          this.options.failed('a shelf cannot be kept now', error, { channel: channelId });
        })
        .then(() => {
          this.#working.delete(channelId);
          this.#begin();
        });
      this.#working.set(channelId, work);
    }
  }

  async #keep(channelId: string): Promise<void> {
    const { ledger, shelves } = this.options;
    for (;;) {
      const ids = await shelveAccepted(ledger, feedManifest.type, channelId, BATCH);
      // Also where nothing was taken: another instance may have done it, and told us.
      await shelves.follow(channelId);
      const ended = await endServed(ledger, ids);
      this.options.served(channelId, ended);
      if (ids.length < BATCH || ended.length === 0) return;
    }
  }

  async #sweep(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        for (const channelId of await channelsToShelve(this.options.ledger, feedManifest.type)) {
          this.wake(channelId);
        }
      } catch (error) {
        this.options.failed('shelves cannot be looked at now', error);
      }
      await delay(SWEEP_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
