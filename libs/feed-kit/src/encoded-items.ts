import { createHash } from 'node:crypto';
import type { ItemFragments } from '@newsrelay/channel-feed/rendition';
import type { FeedEntry, FeedState } from './feed-state.js';
import { articlePageUrl } from './addresses.js';
import { fragmentsOfEntry } from './items.js';

/** A part of documents that does not change: its bytes, and by what they are told apart. */
export interface Piece {
  readonly bytes: Buffer;
  /** SHA-256. */
  readonly digest: Buffer;
}

/** An item as it goes into documents, piece by piece. */
export interface EncodedItem {
  readonly rss: Piece;
  /** Before and after `atom:updated`. */
  readonly atom: readonly [Piece, Piece];
  readonly json: Piece;
}

/** By rendition, which never changes; for as long as somebody holds it. */
const kept = new WeakMap<object, Map<string, EncodedItem>>();

/** The entry's item, encoded once per version however many feeds it is in, and however often their documents are made. */
export function encodedItem(
  entry: FeedEntry,
  content: FeedState['settings']['content'],
  publicUrl: string,
): EncodedItem {
  // A notice is short, and made of ids and times.
  if (entry.withdrawnAt !== null) return encode(fragmentsOfEntry(entry, content, publicUrl));
  const forms = kept.get(entry.rendition) ?? new Map<string, EncodedItem>();
  kept.set(entry.rendition, forms);
  const form = `${content} ${entry.linksHere ? articlePageUrl(publicUrl, entry.articleId) : ''}`;
  const known = forms.get(form);
  if (known !== undefined) return known;
  const item = encode(fragmentsOfEntry(entry, content, publicUrl));
  forms.set(form, item);
  return item;
}

function encode({ rss, atom, json }: ItemFragments): EncodedItem {
  return {
    rss: pieceOf(rss),
    atom: [pieceOf(atom.beforeUpdated), pieceOf(atom.afterUpdated)],
    json: pieceOf(json),
  };
}

function pieceOf(text: string): Piece {
  const bytes = Buffer.from(text, 'utf8');
  return { bytes, digest: createHash('sha256').update(bytes).digest() };
}

/** Stands in a document's text where a piece belongs. No text of a document holds a NUL: XML forbids it, JSON escapes it. */
export const HOLE = '\0';

/** A document that is not put together yet. */
export interface FilledDocument {
  /** Its bytes, in order. */
  readonly parts: readonly Buffer[];
  /** Of them, what is no item's, bytes. */
  readonly frameBytes: number;
  readonly pieces: readonly Piece[];
  readonly etag: string;
}

/**
 * A document with its holes filled, and a strong tag of it: a hash of the text around the holes and of the pieces' hashes,
 * so that what did not change is neither encoded nor hashed again. @throws Error where there are not as many pieces as holes
 */
export function fill(text: string, pieces: readonly Piece[]): FilledDocument {
  const frame = Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let at = 0;
  for (const piece of pieces) {
    const hole = frame.indexOf(0, at);
    if (hole === -1) throw new Error(`${pieces.length} pieces are for a document with fewer holes`);
    parts.push(frame.subarray(at, hole), piece.bytes);
    at = hole + 1;
  }
  if (frame.includes(0, at)) throw new Error(`${pieces.length} pieces are for a document with more holes`);
  parts.push(frame.subarray(at));
  const hash = createHash('sha256').update(frame);
  for (const { digest } of pieces) hash.update(digest);
  const etag = `"${hash.digest('base64url').slice(0, 27)}"`;
  return { parts, frameBytes: frame.length, pieces, etag };
}
