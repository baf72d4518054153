import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { feedManifest } from '@newsrelay/channel-feed/manifest';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { readPublicFeeds } from '@newsrelay/ledger/public-feeds';

/** A feed as readers are told of it. */
export interface ListedFeed {
  channelId: string;
  title: string;
  description: string;
  language: string;
}

export interface ListedFeeds {
  feeds: readonly ListedFeed[];
  /** When the list may last have changed; null where there never was a feed. */
  changedAt: Date | null;
}

/** The feeds that anybody may read. Kept in memory while changes of channels are heard; else read at each request. */
@Injectable()
export class FeedDirectory implements OnApplicationBootstrap {
  /** What was read since the last change, or is being read. */
  #kept: Promise<ListedFeeds> | undefined;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
  ) {}

  onApplicationBootstrap(): void {
    this.notifications.onChange(() => {
      this.#kept = undefined;
    });
    this.notifications.on(NOTIFICATIONS.channelChanged, () => {
      this.#kept = undefined;
    });
  }

  /** @throws what the ledger throws where it cannot be read */
  async list(): Promise<ListedFeeds> {
    if (!this.notifications.healthy()) return this.#read();
    if (this.#kept !== undefined) return this.#kept;
    const reading = this.#read();
    this.#kept = reading;
    reading.catch(() => {
      if (this.#kept === reading) this.#kept = undefined;
    });
    return reading;
  }

  async #read(): Promise<ListedFeeds> {
    const { feeds, changedAt } = await readPublicFeeds(this.ledger, feedManifest.type);
    const listed = feeds.flatMap(({ channelId, settings }) => {
      // One that this build cannot read is not served by it either.
      const read = feedSettings.safeParse(settings);
      if (!read.success) return [];
      const { title, description, language } = read.data;
      return [{ channelId, title, description, language }];
    });
    return { feeds: listed, changedAt };
  }
}
