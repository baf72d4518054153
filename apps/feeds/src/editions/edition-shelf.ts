import { setImmediate as letOthersThrough } from 'node:timers/promises';
import { feedId } from '@newsrelay/feed-kit/atom-document';
import { articlePageUrl } from '@newsrelay/feed-kit/addresses';
import { accessHeaders, FEED_CACHE_CONTROL, FEED_TTL } from '@newsrelay/feed-kit/freshness';
import { lastModifiedOf, strongEtag } from '@newsrelay/feed-kit/validators';
import {
  editionDocument,
  editionEnding,
  type EditionDocument,
} from '@newsrelay/feed-editions/edition-document';
import type { EditionChannel, EditionEntry } from '@newsrelay/feed-editions/edition-entry';
import { editionItem, type EditionItem } from '@newsrelay/feed-editions/edition-item';
import type { Profile } from '@newsrelay/feed-editions/profile';
import type { ShelfEntry } from '@newsrelay/ledger/feed-shelf';
import type { ShelvedVersion } from '@newsrelay/ledger/shelved-versions';
import type { Representation } from '../http/conditional-answer.js';
import type { ServedFeed, ShelfState } from '../shelf/shelf.js';
import { Turnstile } from '../shelf/turnstile.js';

/** Reads of versions at once: a flood of editions that are asked for leaves connections for everything else. */
const READS_AT_ONCE = 3;
/** Items, each half a millisecond, before other requests have their turn. */
const WRITTEN_AT_ONCE = 20;

export interface EditionShelfOptions {
  /** Without a trailing slash. */
  publicUrl: string;
  /** Reads versions from the ledger. */
  readVersions: (wanted: readonly ShelfEntry[]) => Promise<readonly ShelvedVersion[]>;
  /** Told of each document that is made. */
  made: (channelId: string, edition: string, document: EditionDocument) => void;
  /** Bytes of documents and items kept in memory at most; the least recently asked for go first. */
  maxBytes?: number;
}

interface KeptEdition {
  /** What the shelf that it was made of was read from. */
  made: string;
  shown: Representation;
  /** What each item was written from; for as long as that is the same it is not written again. */
  frame: string;
  items: ReadonlyMap<string, EditionItem>;
  bytes: number;
}

/**
 * The editions that are asked for, in memory. The channel's shelf says what is in them, and is never older than the last change
 * that was heard: an edition is made anew whenever its shelf is, from those items that stand and the texts of those that are new.
 */
export class EditionShelf {
  readonly #kept = new Map<string, KeptEdition>();
  readonly #making = new Map<string, { made: string; making: Promise<Representation> }>();
  readonly #maxBytes: number;
  readonly #turnstile = new Turnstile(READS_AT_ONCE);
  #bytes = 0;

  constructor(private readonly options: EditionShelfOptions) {
    this.#maxBytes = options.maxBytes ?? 128 * 1024 * 1024;
  }

  /** The channel's edition as the shelf has it. @throws what reading the ledger throws */
  async get(channelId: string, profile: Profile, feed: ServedFeed): Promise<Representation> {
    const key = `${channelId}/${profile.edition}`;
    const kept = this.#kept.get(key);
    if (kept?.made === feed.made) {
      // The end of the map is what was asked for last.
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      // One that was read anew is equal without being the same: the next comparison is short again.
      kept.made = feed.made;
      return kept.shown;
    }
    const under = this.#making.get(key);
    if (under?.made === feed.made) return under.making;
    const making = this.#make(key, channelId, profile, feed);
    this.#making.set(key, { made: feed.made, making });
    try {
      return await making;
    } finally {
      if (this.#making.get(key)?.making === making) this.#making.delete(key);
    }
  }

  async #make(key: string, channelId: string, profile: Profile, feed: ServedFeed): Promise<Representation> {
    const { publicUrl } = this.options;
    const channel = editionChannel(channelId, profile, feed.state, publicUrl);
    const frame = JSON.stringify(channel);
    const standing = this.#kept.get(key);
    const written = standing?.frame === frame ? standing.items : new Map<string, EditionItem>();
    const items = await this.#items(profile, channel, feed.state.entries, written);
    const changedAt = changedAtOf(feed.state);
    const document = editionDocument(profile, channel, changedAt, [...items.values()]);
    const { body, contentType } = document;
    const etag = strongEtag(body);
    const shown: Representation = {
      body,
      contentType,
      etag,
      lastModified: lastModifiedOf(later(changedAt, feed.state.shapedAt)),
      headers: {
        etag,
        ...accessHeaders(feed.state.settings.access, FEED_CACHE_CONTROL),
        'x-content-type-options': 'nosniff',
        link: `<${channel.self}>; rel="self"`,
      },
    };
    this.options.made(channelId, profile.edition, document);
    this.#keep(key, { made: feed.made, shown, frame, items, bytes: bytesOf(body, items) });
    return shown;
  }

  /** In the order of the shelf, by what each is written from. */
  async #items(
    profile: Profile,
    channel: EditionChannel,
    entries: readonly ShelfEntry[],
    written: ReadonlyMap<string, EditionItem>,
  ): Promise<ReadonlyMap<string, EditionItem>> {
    const missing = entries.filter((entry) => entry.withdrawnAt === null && !written.has(keyOf(entry)));
    const read = await this.#turnstile.through(() => this.options.readVersions(missing));
    const versions = new Map(read.map((version) => [version.articleId, version]));
    const items = new Map<string, EditionItem>();
    let fresh = 0;
    for (const entry of entries) {
      const key = keyOf(entry);
      const stands = written.get(key);
      if (stands !== undefined) {
        items.set(key, stands);
        continue;
      }
      const given = editionEntry(entry, versions.get(entry.articleId), this.options.publicUrl);
      if (given !== null) items.set(key, editionItem(profile, channel, given));
      fresh += 1;
      if (fresh % WRITTEN_AT_ONCE === 0) await letOthersThrough();
    }
    return items;
  }

  #keep(key: string, made: KeptEdition): void {
    this.#bytes += made.bytes - (this.#kept.get(key)?.bytes ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, made);
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes || oldest === key) return;
      this.#kept.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}

const keyOf = ({ articleId, version, withdrawnAt }: ShelfEntry) =>
  `${articleId} ${version} ${withdrawnAt?.getTime() ?? ''}`;

const later = (one: Date, other: Date) => (one > other ? one : other);

/** Last change of what the edition tells; of an empty one the channel's birth. */
function changedAtOf({ channelCreatedAt, entries }: ShelfState): Date {
  return entries.map((entry) => entry.withdrawnAt ?? entry.changedAt).reduce(later, channelCreatedAt);
}

function bytesOf(body: Buffer, items: ReadonlyMap<string, EditionItem>): number {
  let bytes = body.length;
  for (const item of items.values()) if ('text' in item) bytes += item.bytes;
  return bytes;
}

function editionChannel(
  channelId: string,
  profile: Profile,
  { channelCreatedAt, settings }: ShelfState,
  publicUrl: string,
): EditionChannel {
  const { title, description, language, content } = settings;
  return {
    id: channelId,
    urn: feedId({ channelId, channelCreatedAt }),
    title,
    description,
    language,
    content,
    link: `${publicUrl}/`,
    self: `${publicUrl}/feeds/${channelId}/${profile.edition}.${editionEnding(profile)}`,
    ttlMinutes: FEED_TTL,
  };
}

/** Null for a version that the ledger does not have. */
function editionEntry(
  entry: ShelfEntry,
  version: ShelvedVersion | undefined,
  publicUrl: string,
): EditionEntry | null {
  const { articleId, releaseOrder, publishedAt, language, withdrawnAt } = entry;
  const place = { releaseOrder, page: articlePageUrl(publicUrl, articleId) };
  if (withdrawnAt !== null)
    return {
      kind: 'withdrawn',
      ...place,
      articleId,
      version: entry.version,
      publishedAt,
      language,
      withdrawnAt,
    };
  if (version === undefined) return null;
  const { articleId: id, content, ...facts } = version;
  const article = { ...content, ...facts, id, canonicalUrl: content.url ?? place.page };
  return { kind: 'shown', ...place, article };
}
