import type { TopicDocument, TopicDocuments } from '@newsrelay/channel-kit/connector';
import { RecentlyUsed } from '@newsrelay/contracts/recently-used';
import { hubUrl, parseTopic } from '@newsrelay/feed-kit/addresses';
import { makeFeedDocuments, type FeedDocuments } from '@newsrelay/feed-kit/feed-documents';
import { feedStateOf, readFeedRows, shownRenditions } from '@newsrelay/feed-kit/read-feed';
import { RenditionCache } from '@newsrelay/feed-kit/rendition-cache';
import type { Ledger } from '@newsrelay/ledger/database';
import { findShelvedChannel, readRenditions, readShelf } from '@newsrelay/ledger/feed-shelf';
import { subscriptionStands } from '@newsrelay/ledger/hub-subscriptions';

/** Feeds whose documents are kept while they do not change. */
const KEPT_FEEDS = 200;
/** The date belongs to what HTTP says of a document, and to nothing that is pushed. */
const UNDATED = new Date(0);
const DEFAULT_SIGNATURE = 'sha256';

interface Feed {
  documents: FeedDocuments;
  /** Articles whose content the documents hold. */
  shown: readonly string[];
  signature: string;
  made: string;
}

/** A feed that is read for one push after the other; those who ask before a reading begins share it. */
interface Slot {
  feed: Feed | null;
  running: Promise<unknown> | undefined;
  queued: Promise<Feed | null> | undefined;
}

/** Feeds as the ledger has them at the moment of asking: by the same rows and functions as the feeds service makes them. */
export class TopicReader {
  readonly #slots = new RecentlyUsed<string, Slot>(KEPT_FEEDS);
  readonly #renditions: RenditionCache;

  constructor(
    private readonly ledger: Ledger,
    private readonly publicUrl: string,
  ) {
    this.#renditions = new RenditionCache((ids) => readRenditions(ledger, ids));
  }

  /** The documents for one attempt of a subscription. `carries` is told of the articles whose content goes out. */
  documentsFor(subscription: string, carries: (articleIds: Iterable<string>) => void): TopicDocuments {
    return {
      read: async (topic) => {
        const named = parseTopic(topic, this.publicUrl);
        if (named === null || !(await subscriptionStands(this.ledger, subscription))) return null;
        const feed = await this.#read(named.channelId);
        if (feed === null) return null;
        carries(feed.shown);
        return this.#documentOf(feed, named.format);
      },
    };
  }

  #documentOf({ documents, signature }: Feed, format: keyof FeedDocuments): TopicDocument {
    const { body, contentType } = documents[format];
    // Made of text in UTF-8: the text has the same bytes again.
    return { body: body.toString('utf8'), contentType, hub: hubUrl(this.publicUrl), signature };
  }

  #read(channelId: string): Promise<Feed | null> {
    const slot = this.#slots.get(channelId) ?? { feed: null, running: undefined, queued: undefined };
    this.#slots.set(channelId, slot);
    slot.queued ??= this.#readAfterRunning(channelId, slot);
    return slot.queued;
  }

  async #readAfterRunning(channelId: string, slot: Slot): Promise<Feed | null> {
    await slot.running;
    slot.queued = undefined;
    const reading = this.#load(channelId, slot.feed);
    slot.running = reading.catch(() => undefined);
    slot.feed = await reading;
    return slot.feed;
  }

  async #load(channelId: string, standing: Feed | null): Promise<Feed | null> {
    const { ledger } = this;
    const rows = await readFeedRows(
      {
        channel: (id) => findShelvedChannel(ledger, id),
        shelf: (id, limit) => readShelf(ledger, id, limit),
      },
      channelId,
    );
    if (typeof rows === 'string') return null;
    const { entries, settings, made } = rows;
    if (standing?.made === made) return standing;
    const read = await this.#renditions.read(shownRenditions(entries));
    return {
      documents: makeFeedDocuments(feedStateOf(rows, read.found, UNDATED), this.publicUrl),
      shown: entries.flatMap(({ articleId, withdrawnAt }) => (withdrawnAt === null ? [articleId] : [])),
      signature: settings.hubSignature ?? DEFAULT_SIGNATURE,
      made,
    };
  }
}
