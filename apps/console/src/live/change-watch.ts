import { setTimeout as delay } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import type { Ledger } from '@newsrelay/ledger/database';
import { recentChanges, type RecentChange } from '@newsrelay/ledger/recent-changes';

/** Between two looks into the ledger, milliseconds. */
const LOOK_EVERY_MS = 500;
/** A transaction that commits later than this after its change is told of by the page's own refetching only. */
const OVERLAP_MS = 4_000;
/** Changes of a kind looked at at once; more are told as "everything". */
const MAX_CHANGES = 5_000;
/** Ids in one announcement; more are told as "everything". */
const MAX_IDS = 200;
/** Announcements that a stream which was cut may catch up with. */
const KEPT = 200;

/** What changed: ids only, whoever wants to know more asks for it. `everything`: too much to name, or not known. */
export type Changes = { everything: true } | { articles: string[]; channels: string[] };

export interface Announcement {
  /** `RUN-NUMBER`: of this watch since it began to look, in order. */
  id: string;
  changes: Changes;
}

export interface WatchListener {
  announce: (announcement: Announcement) => void;
  /** Whether the ledger answers. */
  ledger: (up: boolean) => void;
}

/** One look into the ledger for all that listen, and none while nobody does. Nothing is asked of whoever writes. */
export class ChangeWatch {
  readonly #listeners = new Set<WatchListener>();
  #looking: { stop: AbortController; done: Promise<void> } | undefined;
  #run = '';
  #number = 0;
  #kept: Announcement[] = [];
  #ledgerUp = true;

  constructor(
    private readonly ledger: Ledger,
    private readonly lookEveryMs = LOOK_EVERY_MS,
  ) {}

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Whether the ledger is being looked into. */
  get looking(): boolean {
    return this.#looking !== undefined;
  }

  get ledgerUp(): boolean {
    return this.#ledgerUp;
  }

  /** Listens from now on; the returned function ends it. */
  listen(listener: WatchListener): () => void {
    this.#listeners.add(listener);
    if (this.#looking === undefined) this.#begin();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) void this.stop();
    };
  }

  /** What was announced after the one of this id; null where that is not known any more. */
  since(id: string): Announcement[] | null {
    const [run, number] = id.split('-');
    if (run !== this.#run || !/^\d{1,15}$/.test(number ?? '')) return null;
    const after = Number(number);
    if (after > this.#number || this.#number - after > this.#kept.length) return null;
    return this.#kept.slice(this.#kept.length - (this.#number - after));
  }

  /** Where a listener stands that has heard all so far. */
  position(): string {
    return `${this.#run}-${this.#number}`;
  }

  async stop(): Promise<void> {
    const looking = this.#looking;
    this.#looking = undefined;
    looking?.stop.abort();
    await looking?.done;
  }

  #begin(): void {
    // What changed while nobody listened is not known: an id of before leads to nothing.
    this.#run = randomBytes(6).toString('hex');
    this.#number = 0;
    this.#kept = [];
    this.#ledgerUp = true;
    const stop = new AbortController();
    this.#looking = { stop, done: this.#look(stop.signal) };
  }

  async #look(signal: AbortSignal): Promise<void> {
    const window = new ChangeWindow(this.ledger);
    while (!signal.aborted) {
      const looked = await window.next().catch(() => null);
      this.#tell(looked, signal);
      await delay(this.lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Null: the ledger is away, and is asked again. The process's readiness and its other requests say why. */
  #tell(looked: Changes | 'nothing' | null, signal: AbortSignal): void {
    if (signal.aborted) return;
    const wasUp = this.#ledgerUp;
    this.#tellLedger(looked !== null);
    if (looked === null) return;
    if (!wasUp) this.#announce({ everything: true });
    else if (looked !== 'nothing') this.#announce(looked);
  }

  #announce(changes: Changes): void {
    this.#number += 1;
    const announcement = { id: this.position(), changes };
    this.#kept.push(announcement);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of [...this.#listeners]) listener.announce(announcement);
  }

  #tellLedger(up: boolean): void {
    if (this.#ledgerUp === up) return;
    this.#ledgerUp = up;
    for (const listener of [...this.#listeners]) listener.ledger(up);
  }
}

/** The last seconds of the ledger, looked at again and again: tells what is new since the look before. */
class ChangeWindow {
  #since: Date | null = null;
  #seen = new Map<string, string>();

  constructor(private readonly ledger: Ledger) {}

  /** The first look tells that everything may have changed. */
  async next(): Promise<Changes | 'nothing'> {
    const first = this.#since === null;
    if (first) await this.#look();
    const before = this.#seen;
    const { changes, more } = await this.#look();
    if (first || more) return { everything: true };
    const fresh = changes.filter((change) => before.get(keyOf(change)) !== change.at);
    return fresh.length === 0 ? 'nothing' : named(fresh);
  }

  async #look() {
    const looked = await recentChanges(this.ledger, this.#since, MAX_CHANGES);
    this.#since = new Date(looked.now.getTime() - OVERLAP_MS);
    this.#seen = new Map(looked.changes.map((change) => [keyOf(change), change.at]));
    return looked;
  }
}

const keyOf = ({ kind, id }: RecentChange) => `${kind} ${id}`;

function named(fresh: readonly RecentChange[]): Changes {
  const articles = new Set<string>();
  const channels = new Set<string>();
  for (const { id, articleId } of fresh) {
    if (articleId === null) channels.add(id);
    else articles.add(articleId);
  }
  if (articles.size + channels.size > MAX_IDS) return { everything: true };
  return { articles: [...articles], channels: [...channels] };
}
