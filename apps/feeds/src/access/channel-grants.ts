import { FEED_TOKEN, type FeedAccess } from '@newsrelay/contracts/feed-token';
import { RecentlyUsed } from '@newsrelay/contracts/recently-used';
import { hashOfFeedToken, type FeedGrants } from '@newsrelay/ledger/feed-tokens';
import { Turnstile } from '../shelf/turnstile.js';

/** Whose token it is. */
export interface TokenHolder {
  id: string;
  name: string;
  /** The token is one that a rotation replaced. */
  replaced: boolean;
}

/** May somebody read what a channel shows? */
export type Verdict =
  /** `holder` null: everybody may, and no token of the channel was shown. */
  | { kind: 'granted'; access: FeedAccess; holder: TokenHolder | null }
  /** `shown`: something was shown that is no token of this channel, or is one no longer. Which, nobody is told. */
  | { kind: 'refused'; shown: boolean }
  /** There is no such feed, or no more: nothing to be read, whatever is shown. */
  | { kind: 'absent' };

/** What is known of a channel by heart. */
type Known = { access: FeedAccess; holders: ReadonlyMap<string, Holder> } | null;
type Holder = TokenHolder & {
  /** By the monotonic clock, milliseconds. */
  validUntil: number;
};

export interface ChannelGrantsOptions {
  /** Undefined: there is no feed of that id. */
  read: (channelId: string) => Promise<(Pick<FeedGrants, 'grants'> & { access: FeedAccess }) | undefined>;
  /** True while every change of the ledger is heard. */
  heard: () => boolean;
  /** Channels remembered at most. */
  most?: number;
}

/** Channels read at once: a flood of unknown ids leaves connections for everything else. */
const READS_AT_ONCE = 4;

/**
 * Who may read which channel, in memory: as `FeedShelves`, by heart while changes are heard, else as the ledger says at that
 * moment, so that a revoked token is refused for want of a notification too.
 */
export class ChannelGrants {
  #known: RecentlyUsed<string, { value: Known }>;
  readonly #reading = new Map<string, Promise<Known>>();
  readonly #turnstile = new Turnstile(READS_AT_ONCE);

  constructor(private readonly options: ChannelGrantsOptions) {
    this.#known = nothingKnown(options);
  }

  /** Without waiting, where it is known by heart; else undefined. */
  peek(channelId: string, shown: string | undefined): Verdict | undefined {
    if (!this.options.heard()) return undefined;
    const known = this.#known.get(channelId);
    return known === undefined ? undefined : judge(known.value, shown);
  }

  /** @throws what reading the ledger throws */
  async ask(channelId: string, shown: string | undefined): Promise<Verdict> {
    return this.peek(channelId, shown) ?? judge(await this.#read(channelId), shown);
  }

  /** The channel changed: from now on nobody is answered by what was read before. */
  changed(channelId: string): void {
    this.#known.delete(channelId);
    this.#reading.delete(channelId);
  }

  /** Changes may have gone unheard. */
  forget(): void {
    this.#known = nothingKnown(this.options);
    this.#reading.clear();
  }

  #read(channelId: string): Promise<Known> {
    const running = this.#reading.get(channelId);
    // While changes are not heard a reading that began before this request may be too old for it.
    if (running !== undefined && this.options.heard()) return running;
    const reading = this.#turnstile.through(() => this.#load(channelId));
    this.#reading.set(channelId, reading);
    const end = (value?: { value: Known }) => {
      // Else something changed meanwhile.
      if (this.#reading.get(channelId) !== reading) return;
      this.#reading.delete(channelId);
      if (value !== undefined) this.#known.set(channelId, value);
    };
    reading.then(
      (value) => {
        end({ value });
      },
      () => {
        end();
      },
    );
    return reading;
  }

  async #load(channelId: string): Promise<Known> {
    const before = performance.now();
    const read = await this.options.read(channelId);
    if (read === undefined) return null;
    const holders = read.grants.map(({ hash, tokenId, name, replaced, validForMs }): [string, Holder] => [
      hash,
      { id: tokenId, name, replaced, validUntil: before + (validForMs ?? Number.POSITIVE_INFINITY) },
    ]);
    return { access: read.access, holders: new Map(holders) };
  }
}

const nothingKnown = ({ most = 10_000 }: ChannelGrantsOptions) =>
  new RecentlyUsed<string, { value: Known }>(most);

function judge(known: Known, shown: string | undefined): Verdict {
  if (known === null) return { kind: 'absent' };
  const holder = shown === undefined ? null : holderOf(known, shown);
  if (known.access === 'public' || holder !== null) return { kind: 'granted', access: known.access, holder };
  return { kind: 'refused', shown: shown !== undefined };
}

/** Found by its hash: how long that takes tells nothing of a token. What does not look like one is not hashed. */
function holderOf({ holders }: NonNullable<Known>, shown: string): TokenHolder | null {
  if (!FEED_TOKEN.test(shown)) return null;
  const holder = holders.get(hashOfFeedToken(shown).toString('hex'));
  if (holder === undefined || holder.validUntil <= performance.now()) return null;
  const { id, name, replaced } = holder;
  return { id, name, replaced };
}
