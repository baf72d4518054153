import type { Rate } from '@newsrelay/channel-kit/rate';
import { RecentlyUsed } from '@newsrelay/contracts/recently-used';
import type { TraceCarrier } from '@newsrelay/telemetry/tracing';

/** A delivery that is to have its turn. */
export interface MailboxEntry {
  deliveryId: string;
  channelId: string;
  /** What its turn continues; null while nothing is traced. */
  trace: TraceCarrier | null;
}

/** Where a channel's requests go, as far as it matters who waits for whom. */
export interface Destination {
  /** Scheme, host and port; null where no request is made. */
  origin: string | null;
  rate: Rate | null;
  /** Its requests go one after the other. */
  oneAtATime?: boolean;
  /** Channels that have so many requests together at most, apart from all others; null for none. */
  pool?: 'subscribed' | null;
}

/** What a turn tells of its channel. */
export interface TurnEnd {
  /** Milliseconds during which nothing of this channel is to have a turn; 0 for none. */
  silentForMs: number;
  /** The ledger has more for it than was put here, once that is over. */
  lookAgain: boolean;
  /** How long a request was under way, milliseconds; null if none was made. */
  requestMs: number | null;
  /** As it was just read; null if it was not. */
  destination: Destination | null;
  /** It ended others that wait here: what is left is asked of the ledger, so that none of those takes a turn. */
  endedOthers?: boolean;
}

export interface MailboxLimits {
  /** Requests at once of one channel. */
  perChannel: number;
  /** Requests at once to one origin, all channels there together. */
  perOrigin: number;
  /** Requests at once. */
  inAll: number;
  /** Of those, requests of channels that have not answered in time, or not yet. */
  unproven: number;
  /** Requests at once of a pool: as many of channels that answer, and as many of the others. */
  perPool: number;
}

export interface MailboxParts {
  limits: MailboxLimits;
  /** One turn; never throws. */
  run: (entry: MailboxEntry) => Promise<TurnEnd>;
  /** Throws while the ledger cannot be asked. */
  destinationOf: (channelId: string) => Promise<Destination>;
  /** Ids of what is due of a channel, the longest due first, at most {@link WAITING_PER_CHANNEL}, without those in `except`. Throws likewise. */
  due: (channelId: string, except: readonly string[]) => Promise<string[]>;
  /** Reserves the next moment at which the channel's rate allows a request: milliseconds from now. */
  reserve: (channelId: string, rate: Rate) => Promise<number>;
}

/** Deliveries of one channel that wait in memory; the others wait in the ledger, which is asked when these are gone. */
export const WAITING_PER_CHANNEL = 100;
/** Requests at once of a channel that has not answered in time: one that hangs holds no more than these. */
const UNPROVEN_REQUESTS = 2;
/** A channel whose requests take no longer than this, milliseconds, is proven. */
const PROVEN_WITHIN_MS = 5_000;
/** The ledger, when it could not be asked, is asked again after this. */
const ASK_AGAIN_MS = 1_000;
/** Channels of which is remembered where they lead and whether they answer. */
const KNOWN_CHANNELS = 20_000;

interface Known {
  destination: Destination;
  proven: boolean;
}

/** Where requests have to find room. */
interface Place {
  name: string;
  limit: 'perOrigin' | 'perPool';
}

function placesOf({ destination, proven }: Known): Place[] {
  const { origin, pool = null } = destination;
  return [
    ...(origin === null ? [] : [{ name: origin, limit: 'perOrigin' as const }]),
    ...(pool === null ? [] : [{ name: `${pool} ${String(proven)}`, limit: 'perPool' as const }]),
  ];
}

interface Mailbox {
  readonly channelId: string;
  known: Known | null;
  /** By delivery, in order of arrival. */
  readonly waiting: Map<string, MailboxEntry>;
  readonly inTurn: Set<string>;
  /** The ledger has more than `waiting` holds. */
  more: boolean;
  /** Something that it needs is being asked for: destination, ledger, rate. */
  asking: boolean;
  /** On the monotonic clock: since when something has waited; null if nothing does. */
  waitingSince: number | null;
  silentUntil: number;
  /** A reserved moment of its rate; null where none is. */
  reservedAt: number | null;
  /** In one of the lists of those that can go on. */
  listed: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * What waits, by channel. Each channel has requests of its own, in turn with all the others; one that is slow, hangs or has
 * very much to get waits for itself alone. Whatever is in here is in the ledger as well: it may be dropped at any moment.
 */
export class Mailboxes {
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #known = new RecentlyUsed<string, Known>(KNOWN_CHANNELS);
  /** Mailboxes that have something to do and may: of channels that answer, and of the others. */
  readonly #ready = { proven: [] as Mailbox[], unproven: [] as Mailbox[] };
  /** By origin and by pool: requests under way, and mailboxes that wait for one of them to end. */
  readonly #places = new Map<string, { requests: number; blocked: Mailbox[] }>();
  readonly #turns = new Set<Promise<void>>();
  #underWay = { proven: 0, unproven: 0 };
  #choosing = false;
  #stopped = false;

  constructor(private readonly parts: MailboxParts) {}

  put(entry: MailboxEntry): void {
    if (this.#stopped) return;
    const mailbox = this.#mailbox(entry.channelId);
    if (mailbox.silentUntil > performance.now()) return;
    if (mailbox.inTurn.has(entry.deliveryId)) return;
    if (mailbox.waiting.size >= WAITING_PER_CHANNEL || mailbox.more) mailbox.more = true;
    else mailbox.waiting.set(entry.deliveryId, entry);
    this.#goOn(mailbox);
  }

  /** Channels that something has waited for longer than `ms`: their backlog is worked off from the ledger. */
  backlogged(ms: number): string[] {
    const since = performance.now() - ms;
    return [...this.#mailboxes.values()]
      .filter(({ waitingSince }) => waitingSince !== null && waitingSince < since)
      .map(({ channelId }) => channelId);
  }

  /** The ledger may have more for these channels than was put here. */
  lookAgain(channelIds: readonly string[]): void {
    for (const channelId of channelIds) {
      const mailbox = this.#mailbox(channelId);
      mailbox.more = true;
      this.#goOn(mailbox);
    }
  }

  /** False once nothing that is put here has its turn any more. */
  get open(): boolean {
    return !this.#stopped;
  }

  get waiting(): number {
    let count = 0;
    for (const { waiting } of this.#mailboxes.values()) count += waiting.size;
    return count;
  }

  get underWay(): number {
    return this.#underWay.proven + this.#underWay.unproven;
  }

  /** Begins nothing more; resolves when the turns under way are over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const mailbox of this.#mailboxes.values()) {
      clearTimeout(mailbox.timer);
      mailbox.waiting.clear();
      mailbox.more = false;
    }
    await Promise.all(this.#turns);
  }

  #mailbox(channelId: string): Mailbox {
    const there = this.#mailboxes.get(channelId);
    if (there !== undefined) return there;
    const made: Mailbox = {
      channelId,
      known: this.#known.get(channelId) ?? null,
      waiting: new Map(),
      inTurn: new Set(),
      more: false,
      asking: false,
      waitingSince: null,
      silentUntil: 0,
      reservedAt: null,
      listed: false,
      timer: undefined,
    };
    this.#mailboxes.set(channelId, made);
    return made;
  }

  /** Sees to what the mailbox needs next: to be asked for, waited for, or to be given a turn. */
  #goOn(mailbox: Mailbox): void {
    if (this.#stopped) return;
    const { waiting, inTurn } = mailbox;
    mailbox.waitingSince =
      waiting.size === 0 && !mailbox.more ? null : (mailbox.waitingSince ?? performance.now());
    if (mailbox.asking || mailbox.listed) return;
    if (waiting.size === 0) {
      if (mailbox.more) this.#ask(mailbox, () => this.#pull(mailbox));
      else if (inTurn.size === 0 && mailbox.silentUntil <= performance.now()) this.#forget(mailbox);
      return;
    }
    if (mailbox.known === null) {
      this.#ask(mailbox, async () => {
        mailbox.known = { destination: await this.parts.destinationOf(mailbox.channelId), proven: false };
        this.#known.set(mailbox.channelId, mailbox.known);
      });
      return;
    }
    if (inTurn.size >= this.#requestsOf(mailbox.known)) return;
    const { rate } = mailbox.known.destination;
    if (rate !== null && !this.#hasReserved(mailbox, rate)) return;
    mailbox.listed = true;
    this.#ready[mailbox.known.proven ? 'proven' : 'unproven'].push(mailbox);
    this.#next();
  }

  #forget(mailbox: Mailbox): void {
    clearTimeout(mailbox.timer);
    this.#mailboxes.delete(mailbox.channelId);
  }

  #requestsOf({ proven, destination }: Known): number {
    const { perChannel } = this.parts.limits;
    if (destination.oneAtATime === true) return 1;
    return proven ? perChannel : Math.min(UNPROVEN_REQUESTS, perChannel);
  }

  #ask(mailbox: Mailbox, question: () => Promise<void>): void {
    mailbox.asking = true;
    question().then(
      () => {
        mailbox.asking = false;
        this.#goOn(mailbox);
      },
      () => {
        this.#wake(mailbox, ASK_AGAIN_MS, () => {
          mailbox.asking = false;
        });
      },
    );
  }

  #wake(mailbox: Mailbox, inMs: number, first: () => void): void {
    if (this.#stopped) return;
    mailbox.timer = setTimeout(() => {
      first();
      this.#goOn(mailbox);
    }, inMs);
  }

  async #pull(mailbox: Mailbox): Promise<void> {
    mailbox.more = false;
    const { channelId, inTurn, waiting } = mailbox;
    const except = [...inTurn];
    let ids: string[];
    try {
      ids = await this.parts.due(channelId, except);
    } catch (error) {
      mailbox.more = true;
      throw error;
    }
    if (ids.length >= WAITING_PER_CHANNEL) mailbox.more = true;
    for (const deliveryId of ids) {
      // One that has begun its turn meanwhile was read before that.
      if (!inTurn.has(deliveryId) && !except.includes(deliveryId))
        waiting.set(deliveryId, { deliveryId, channelId, trace: null });
    }
  }

  /** Whether the rate allows the next turn now; if not, its moment is reserved and waited for. */
  #hasReserved(mailbox: Mailbox, rate: Rate): boolean {
    const { reservedAt } = mailbox;
    if (reservedAt !== null && reservedAt <= performance.now()) return true;
    mailbox.asking = true;
    const waitFor = (at: number): void => {
      this.#wake(mailbox, Math.max(0, at - performance.now()), () => {
        mailbox.asking = false;
      });
    };
    if (reservedAt !== null) {
      waitFor(reservedAt);
      return false;
    }
    this.parts.reserve(mailbox.channelId, rate).then(
      (inMs) => {
        mailbox.reservedAt = performance.now() + inMs;
        waitFor(mailbox.reservedAt);
      },
      () => {
        waitFor(performance.now() + ASK_AGAIN_MS);
      },
    );
    return false;
  }

  #next(): void {
    if (this.#choosing) return;
    this.#choosing = true;
    for (let mailbox = this.#pick(); mailbox !== undefined; mailbox = this.#pick()) {
      mailbox.listed = false;
      const [entry] = mailbox.waiting.values();
      const { known } = mailbox;
      if (entry === undefined || known === null) {
        this.#goOn(mailbox);
        continue;
      }
      const places = placesOf(known);
      const full = places.find((place) => !this.#hasRoom(place));
      if (full !== undefined) {
        mailbox.listed = true;
        this.#places.get(full.name)?.blocked.push(mailbox);
        continue;
      }
      this.#begin(
        mailbox,
        known,
        entry,
        places.map(({ name }) => name),
      );
      // In turn with all the others: behind them, if it may have another one.
      this.#goOn(mailbox);
    }
    this.#choosing = false;
  }

  /** The next mailbox, of those that answer and the others alternately, as far as there is room for either. */
  #pick(): Mailbox | undefined {
    const { limits } = this.parts;
    if (this.underWay >= limits.inAll) return undefined;
    const { proven, unproven } = this.#ready;
    if (unproven.length > 0 && this.#underWay.unproven < limits.unproven) {
      if (proven.length === 0 || this.#underWay.unproven <= this.#underWay.proven) return unproven.shift();
    }
    return proven.shift();
  }

  #hasRoom({ name, limit }: Place): boolean {
    return (this.#places.get(name)?.requests ?? 0) < this.parts.limits[limit];
  }

  #begin(mailbox: Mailbox, known: Known, entry: MailboxEntry, places: readonly string[]): void {
    const kind = known.proven ? 'proven' : 'unproven';
    mailbox.waiting.delete(entry.deliveryId);
    mailbox.inTurn.add(entry.deliveryId);
    mailbox.reservedAt = null;
    this.#underWay[kind] += 1;
    for (const place of places) {
      const there = this.#places.get(place) ?? { requests: 0, blocked: [] };
      there.requests += 1;
      this.#places.set(place, there);
    }
    const turn = this.parts.run(entry).then((end) => {
      this.#underWay[kind] -= 1;
      for (const place of places) this.#leave(place);
      mailbox.inTurn.delete(entry.deliveryId);
      this.#learn(mailbox, known, end);
      this.#goOn(mailbox);
      this.#next();
    });
    this.#turns.add(turn);
    void turn.finally(() => this.#turns.delete(turn));
  }

  #leave(place: string): void {
    const there = this.#places.get(place);
    if (there === undefined) return;
    there.requests -= 1;
    // One more than there is room for: one of them may have nothing to send any more.
    const woken = there.blocked.splice(0, there.requests === 0 ? there.blocked.length : 2);
    if (there.requests === 0) this.#places.delete(place);
    for (const next of woken) {
      next.listed = false;
      this.#goOn(next);
    }
  }

  #learn(mailbox: Mailbox, known: Known, end: TurnEnd): void {
    if (end.destination !== null) known.destination = end.destination;
    if (end.requestMs !== null) known.proven = end.requestMs <= PROVEN_WITHIN_MS;
    if (end.endedOthers === true) mailbox.waiting.clear();
    if (end.silentForMs <= 0) {
      if (end.lookAgain || end.endedOthers === true) mailbox.more = true;
      return;
    }
    // The ledger has it all.
    mailbox.waiting.clear();
    mailbox.more = false;
    mailbox.silentUntil = performance.now() + end.silentForMs;
    clearTimeout(mailbox.timer);
    this.#wake(mailbox, end.silentForMs, () => {
      mailbox.asking = false;
      if (end.lookAgain) mailbox.more = true;
    });
  }
}
