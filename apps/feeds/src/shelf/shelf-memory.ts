import type { Piece } from '@newsrelay/feed-kit/encoded-items';
import type { ServedFeed, Shelf } from './shelf.js';

/**
 * What documents keep in memory: an item's bytes once, however many feeds it is in; of each document what is around its items, and
 * the forms that were asked for.
 */
export class ShelfMemory {
  readonly #holders = new Map<Piece, number>();
  readonly #feeds = new Set<ServedFeed>();
  #shared = 0;

  /** Bytes. */
  get bytes(): number {
    let own = 0;
    for (const feed of this.#feeds) own += ownBytesOf(feed);
    return this.#shared + own;
  }

  add(shelf: Shelf): void {
    if (shelf.kind !== 'feed' || this.#feeds.has(shelf)) return;
    this.#feeds.add(shelf);
    for (const piece of piecesOf(shelf)) {
      const holders = this.#holders.get(piece) ?? 0;
      if (holders === 0) this.#shared += piece.bytes.length;
      this.#holders.set(piece, holders + 1);
    }
  }

  /** @returns the bytes that nobody holds any more */
  remove(shelf: Shelf | undefined): number {
    if (shelf?.kind !== 'feed' || !this.#feeds.delete(shelf)) return 0;
    const before = this.#shared;
    for (const piece of piecesOf(shelf)) {
      const holders = this.#holders.get(piece) ?? 0;
      if (holders > 1) {
        this.#holders.set(piece, holders - 1);
        continue;
      }
      this.#holders.delete(piece);
      this.#shared -= piece.bytes.length;
    }
    return before - this.#shared + ownBytesOf(shelf);
  }
}

function* piecesOf({ documents }: ServedFeed): Iterable<Piece> {
  for (const { pieces } of Object.values(documents)) yield* pieces;
}

function ownBytesOf({ documents: { rss, atom, json } }: ServedFeed): number {
  return [rss, atom, json].reduce((sum, { frameBytes, coded }) => sum + frameBytes + coded.bytesMade, 0);
}
