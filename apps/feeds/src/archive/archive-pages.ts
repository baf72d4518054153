import { Inject, Injectable } from '@nestjs/common';
import { feedPageSettings, feedSettings } from '@newsrelay/channel-feed/settings';
import { makeFeedDocuments, type FeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import { feedEntry } from '@newsrelay/feed-kit/read-feed';
import { RenditionCache } from '@newsrelay/feed-kit/rendition-cache';
import type { Ledger } from '@newsrelay/ledger/database';
import { readPage, type FeedPage, type PageReading } from '@newsrelay/ledger/feed-pages';
import { readRenditions, type ShelvedChannel } from '@newsrelay/ledger/feed-shelf';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { BuildDigest } from '../build-digest.js';
import { FeedsEvents } from '../events.js';
import { PUBLIC_URL } from '../public-url.js';
import { Turnstile } from '../shelf/turnstile.js';

/** Bytes of pages kept in memory at most; the least recently asked for go first. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Pages read at once: whoever reads a whole archive leaves connections for everything else. */
const READS_AT_ONCE = 3;

interface KeptPage {
  documents: FeedDocuments;
  bytes: number;
  /** Equal for equal documents: what was read from the ledger to make them. */
  made: string;
}

/** A page's documents; without them, which page follows, and which is the newest. */
export type ArchivePage = Omit<PageReading, 'page'> & { documents: FeedDocuments | null };

/**
 * The archive pages of all feeds. Ids and times are read at each request, so that a withdrawal is in force at once; texts only
 * where the page is not in memory or changed by a withdrawal.
 */
@Injectable()
export class ArchivePages {
  readonly #kept = new Map<string, KeptPage>();
  readonly #renditions: RenditionCache;
  readonly #turnstile = new Turnstile(READS_AT_ONCE);
  #bytes = 0;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(BuildDigest) private readonly build: BuildDigest,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {
    this.#renditions = new RenditionCache((ids) => readRenditions(ledger, ids));
  }

  /** @throws what the ledger throws where it cannot be read */
  read(channel: ShelvedChannel, number: number): Promise<ArchivePage> {
    return this.#turnstile.through(async () => {
      const { page, ...around } = await readPage(this.ledger, channel.id, number);
      return { documents: page && (await this.#documentsOf(channel, page)), ...around };
    });
  }

  async #documentsOf(channel: ShelvedChannel, page: FeedPage): Promise<FeedDocuments> {
    const key = `${channel.id}/${page.number}`;
    const made = JSON.stringify([channel.settings['access'], page]);
    const kept = this.#kept.get(key);
    const current = kept?.made === made ? kept : { ...(await this.#make(channel, page)), made };
    this.#keep(key, current);
    return current.documents;
  }

  async #make(channel: ShelvedChannel, page: FeedPage): Promise<Omit<KeptPage, 'made'>> {
    const shown = page.entries.filter(({ withdrawnAt }) => withdrawnAt === null);
    const read = await this.#renditions.read(shown.map(({ renditionId }) => renditionId));
    for (const [id, reason] of read.unreadable) this.events.unreadable(channel.id, id, reason);
    const since = await this.build.servedSince();
    const documents = makeFeedDocuments(
      {
        channelId: channel.id,
        channelCreatedAt: channel.createdAt,
        shapedAt: page.cutAt > since ? page.cutAt : since,
        access: feedSettings.shape.access.parse(channel.settings['access']),
        settings: feedPageSettings.parse(page.settings),
        entries: page.entries.flatMap((entry) => feedEntry(entry, read.found)),
        archive: { kind: 'page', number: page.number, previous: page.previous },
      },
      this.publicUrl,
    );
    const bytes = Object.values(documents).reduce((sum, { body }) => sum + body.length, 0);
    return { documents, bytes };
  }

  /** The end of the map is what was asked for last. */
  #keep(key: string, page: KeptPage): void {
    this.#bytes += page.bytes - (this.#kept.get(key)?.bytes ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, page);
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= MAX_BYTES || oldest === key) return;
      this.#bytes -= bytes;
      this.#kept.delete(oldest);
    }
  }
}
