import type { CountedPolls } from '@newsrelay/ledger/feed-polls';
import type { TokenHolder } from './channel-grants.js';

/** Names of readers that are told apart of one token, or of all who show none, within a day; the others share one. */
const MOST_READERS = 20;
const OTHER_READERS = '(other)';
const DAY_MS = 24 * 3600_000;

/** One request for something of a channel, answered. */
export interface Poll {
  channelId: string;
  holder: TokenHolder | null;
  reader: string;
  status: number;
}

/** Requests by channel, token and reader, until they are written down. Bounded by the channels and tokens that there are. */
export class PollCounts {
  #counted = new Map<string, CountedPolls>();
  /** Names of readers, by channel and token. */
  readonly #readers = new Map<string, Set<string>>();
  #namesSince: number;

  constructor(private readonly now: () => number = Date.now) {
    this.#namesSince = now();
  }

  add({ channelId, holder, reader: said, status }: Poll): void {
    const at = this.now();
    const reader = this.#nameOf(`${channelId}\n${holder?.id ?? ''}`, said, at);
    const served = status === 200 || status === 304;
    this.#merge({
      channelId,
      token: holder === null ? null : { id: holder.id, name: holder.name },
      reader,
      ok: status === 200 ? 1 : 0,
      notModified: status === 304 ? 1 : 0,
      other: served ? 0 : 1,
      lastAt: at,
      servedAt: served ? at : null,
      replacedAt: holder?.replaced === true ? at : null,
    });
  }

  /** All that was counted since; to be given back where it cannot be written. */
  take(): CountedPolls[] {
    const taken = [...this.#counted.values()];
    this.#counted = new Map();
    return taken;
  }

  giveBack(taken: readonly CountedPolls[]): void {
    for (const counted of taken) this.#merge(counted);
  }

  #merge(more: CountedPolls): void {
    const key = [more.channelId, more.token?.id, more.reader].join('\n');
    const before = this.#counted.get(key);
    if (before === undefined) {
      this.#counted.set(key, more);
      return;
    }
    before.ok += more.ok;
    before.notModified += more.notModified;
    before.other += more.other;
    before.lastAt = Math.max(before.lastAt, more.lastAt);
    before.servedAt = later(before.servedAt, more.servedAt);
    before.replacedAt = later(before.replacedAt, more.replacedAt);
  }

  #nameOf(of: string, said: string, at: number): string {
    if (at - this.#namesSince >= DAY_MS) {
      this.#readers.clear();
      this.#namesSince = at;
    }
    let names = this.#readers.get(of);
    if (names === undefined) this.#readers.set(of, (names = new Set()));
    if (names.has(said)) return said;
    if (names.size >= MOST_READERS) return OTHER_READERS;
    names.add(said);
    return said;
  }
}

function later(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
