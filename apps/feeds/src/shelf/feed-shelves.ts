import type { Shelf } from './shelf.js';
import { ShelfMemory } from './shelf-memory.js';
import { ShelfSlot } from './shelf-slot.js';
import { Turnstile } from './turnstile.js';

/** Reads a channel's shelf from the ledger; given what stands, it may return that where nothing changed. */
export type ReadShelf = (channelId: string, standing: Shelf | undefined) => Promise<Shelf>;

export interface FeedShelvesOptions {
  read: ReadShelf;
  /** True while every change of the ledger is heard. */
  heard: () => boolean;
  /** Told of a change that could not be followed; the next request tries again. */
  failed: (channelId: string, error: unknown) => void;
  /** Bytes of documents kept in memory at most; the least recently asked for go first. */
  maxBytes?: number;
  /** Ids without a feed that are remembered as such at most. */
  maxAbsent?: number;
}

/** Shelves read at once: a flood of unknown ids leaves connections for everything else. */
const READS_AT_ONCE = 4;

/**
 * The documents of all feeds that are asked for, in memory. While changes are heard a request costs no query. While they
 * are not, each request is answered from what the ledger says at that moment, so that no withdrawn text is served for the
 * lack of a notification; without the ledger it fails, for the same reason.
 */
export class FeedShelves {
  readonly #slots = new Map<string, ShelfSlot>();
  readonly #absent = new Set<string>();
  readonly #turnstile = new Turnstile(READS_AT_ONCE);
  readonly #maxBytes: number;
  readonly #maxAbsent: number;
  readonly #memory = new ShelfMemory();

  constructor(private readonly options: FeedShelvesOptions) {
    this.#maxBytes = options.maxBytes ?? 256 * 1024 * 1024;
    this.#maxAbsent = options.maxAbsent ?? 5_000;
  }

  /** Without waiting, where it is known to be as the ledger has it; else undefined. */
  peek(channelId: string): Shelf | undefined {
    if (!this.options.heard()) return undefined;
    const slot = this.#slots.get(channelId);
    const shelf = slot?.fresh;
    if (slot === undefined || shelf === undefined) return undefined;
    // The end of the map is what was asked for last.
    this.#slots.delete(channelId);
    this.#slots.set(channelId, slot);
    return shelf;
  }

  /** As the ledger has it. @throws what reading it throws */
  async get(channelId: string): Promise<Shelf> {
    return this.peek(channelId) ?? (await this.#slotOf(channelId).reload());
  }

  /** The channel's shelf changed: from now on no request is answered with what was read before. */
  changed(channelId: string): void {
    this.#slots.get(channelId)?.touch();
  }

  /** Follows a change of the channel, if its feed is in memory: resolves once requests are answered with it. */
  async follow(channelId: string): Promise<void> {
    const slot = this.#slots.get(channelId);
    if (slot === undefined) return;
    slot.touch();
    await slot.reload();
  }

  /** A version of the article was withdrawn: from now on no request is answered with what was read before. */
  withdrawn(articleId: string): void {
    for (const [channelId, slot] of this.#slots) {
      if (!slot.mayHold(articleId)) continue;
      this.follow(channelId).catch((error: unknown) => {
        this.options.failed(channelId, error);
      });
    }
  }

  /** Changes may have gone unheard: everything is read again when it is asked for. */
  forget(): void {
    for (const slot of this.#slots.values()) slot.touch();
  }

  #slotOf(channelId: string): ShelfSlot {
    const known = this.#slots.get(channelId);
    if (known !== undefined) return known;
    const slot = new ShelfSlot((standing) => this.#read(channelId, standing));
    this.#slots.set(channelId, slot);
    return slot;
  }

  async #read(channelId: string, standing: Shelf | undefined): Promise<Shelf> {
    try {
      const shelf = await this.#turnstile.through(() => this.options.read(channelId, standing));
      this.#account(channelId, standing, shelf);
      return shelf;
    } catch (error) {
      // Counted with the ids without a feed, so that failures do not fill the memory either.
      if (standing === undefined) this.#absent.add(channelId);
      throw error;
    }
  }

  #account(channelId: string, standing: Shelf | undefined, shelf: Shelf): void {
    if (shelf !== standing) this.#memory.remove(standing);
    this.#memory.add(shelf);
    if (shelf.kind === 'feed') this.#absent.delete(channelId);
    else this.#absent.add(channelId);
    for (const id of this.#absent) {
      if (this.#absent.size <= this.#maxAbsent) break;
      if (id === channelId || this.#slots.get(id)?.loading === true) continue;
      this.#absent.delete(id);
      this.#slots.delete(id);
    }
    let excess = this.#memory.bytes - this.#maxBytes;
    for (const [id, slot] of this.#slots) {
      if (excess <= 0) break;
      if (id === channelId || slot.loading || slot.standing === undefined) continue;
      excess -= this.#memory.remove(slot.standing);
      this.#slots.delete(id);
    }
  }
}
