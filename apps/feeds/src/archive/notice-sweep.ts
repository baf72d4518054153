import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { feedManifest } from '@newsrelay/channel-feed/manifest';
import { feedSettings, NOTICE_DAYS } from '@newsrelay/channel-feed/settings';
import type { Ledger } from '@newsrelay/ledger/database';
import { channelsWithNotices, endNotices } from '@newsrelay/ledger/feed-notices';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { FeedsEvents } from '../events.js';

/** A notice may stay this much longer than its days, milliseconds. */
const SWEEP_MS = 60_000;

/**
 * Takes notices of withdrawals from feeds once they have stood for the channel's days. Any number of instances may do so: what
 * one has taken the others do not find.
 */
@Injectable()
export class NoticeSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #sweeping: Promise<void> | undefined;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) private readonly ledgerStart: LedgerStart,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.#sweeping = this.#sweepForEver();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#sweeping;
  }

  /** One sweep over all channels. @throws what the ledger throws where it cannot be read */
  async sweep(): Promise<void> {
    for (const channel of await channelsWithNotices(this.ledger, feedManifest.type)) {
      try {
        const { maxItems, withdrawalNoticeDays = NOTICE_DAYS } = feedSettings.parse(channel.settings);
        if (channel.oldestDays < withdrawalNoticeDays) continue;
        await endNotices(this.ledger, channel, maxItems, withdrawalNoticeDays);
      } catch (error) {
        this.events.failed('notices cannot be taken from a feed now', error, { channel: channel.id });
      }
    }
  }

  async #sweepForEver(): Promise<void> {
    const { signal } = this.#stopping;
    if (!(await this.ledgerStart.migrated())) return;
    while (!signal.aborted) {
      try {
        await this.sweep();
      } catch (error) {
        this.events.failed('feeds with notices cannot be looked for now', error);
      }
      await delay(SWEEP_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
