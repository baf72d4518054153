import { feedItemRendition, type FeedItemRendition } from '@newsrelay/channel-feed/rendition';

/** Renditions kept at once: those of a few hundred feeds' newest articles, which many feeds share. */
const MAX_RENDITIONS = 2_000;

/** Reads contents of renditions from the ledger by id. */
export type ReadContents = (ids: readonly string[]) => Promise<Map<string, Record<string, unknown>>>;

export interface RenditionsRead {
  found: Map<string, FeedItemRendition>;
  /** Ids that are not there or not as this build knows them, each with the reason. */
  unreadable: Map<string, string>;
}

/** Item renditions by id. They never change once stored, so each is read and checked once while it is in use. */
export class RenditionCache {
  readonly #kept = new Map<string, FeedItemRendition>();

  constructor(private readonly readContents: ReadContents) {}

  async read(ids: readonly string[]): Promise<RenditionsRead> {
    // Taken now: what is kept below may push out what else is asked for.
    const known = new Map(ids.map((id) => [id, this.#kept.get(id)] as const));
    const missing = ids.filter((id) => known.get(id) === undefined);
    const contents = missing.length === 0 ? new Map<string, never>() : await this.readContents(missing);
    const found = new Map<string, FeedItemRendition>();
    const unreadable = new Map<string, string>();
    for (const id of ids) {
      const kept = known.get(id);
      const parsed = kept === undefined ? feedItemRendition.safeParse(contents.get(id)) : null;
      const rendition = kept ?? parsed?.data;
      if (rendition === undefined) {
        unreadable.set(id, contents.has(id) ? String(parsed?.error?.message) : 'it is not in the ledger');
        continue;
      }
      found.set(id, rendition);
      this.#keep(id, rendition);
    }
    return { found, unreadable };
  }

  #keep(id: string, rendition: FeedItemRendition): void {
    this.#kept.delete(id);
    this.#kept.set(id, rendition);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_RENDITIONS) return;
      this.#kept.delete(oldest);
    }
  }
}
