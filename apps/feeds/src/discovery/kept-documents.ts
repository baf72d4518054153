import { RecentlyUsed } from '@newsrelay/contracts/recently-used';
import { strongEtag } from '@newsrelay/feed-kit/validators';

/** A document with its strong tag: a hash of its bytes, the same on every instance that has the same ledger. */
export interface KeptDocument {
  body: Buffer;
  etag: string;
}

export function keptDocument(text: string): KeptDocument {
  const body = Buffer.from(text, 'utf8');
  return { body, etag: strongEtag(body) };
}

/** How a document is known to be current, and how it is made. */
export interface DocumentSource {
  /** Equal for as long as the document would be. */
  stamp: () => Promise<string>;
  make: () => Promise<string>;
}

interface Kept {
  stamp: string;
  checkedAt: number;
  document: KeptDocument;
}

export interface KeptDocumentsOptions {
  /** Documents in memory at most. */
  most: number;
  /** Milliseconds for which a document is served without a question to the ledger. */
  freshMs: number;
  now?: () => number;
}

/** Documents that take long to make, made again when what they are made of has changed, and by one request at a time. */
export class KeptDocuments {
  readonly #kept: RecentlyUsed<string, Kept>;
  readonly #underWay = new Map<string, Promise<KeptDocument>>();
  readonly #now: () => number;

  constructor(private readonly options: KeptDocumentsOptions) {
    this.#kept = new RecentlyUsed(options.most);
    this.#now = options.now ?? Date.now;
  }

  /** @throws what its source throws */
  async get(name: string, source: DocumentSource): Promise<KeptDocument> {
    const kept = this.#kept.get(name);
    if (kept !== undefined && this.#now() - kept.checkedAt < this.options.freshMs) return kept.document;
    const underWay = this.#underWay.get(name) ?? this.#refresh(name, kept, source);
    this.#underWay.set(name, underWay);
    try {
      return await underWay;
    } finally {
      this.#underWay.delete(name);
    }
  }

  async #refresh(name: string, kept: Kept | undefined, source: DocumentSource): Promise<KeptDocument> {
    const checkedAt = this.#now();
    const stamp = await source.stamp();
    const document = kept?.stamp === stamp ? kept.document : keptDocument(await source.make());
    this.#kept.set(name, { stamp, checkedAt, document });
    return document;
  }
}
