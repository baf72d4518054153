import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** How long a key is remembered, in milliseconds: an hour (PostStatusService). */
const KEY_LIFETIME_MS = 3_600_000;

export type Visibility = 'public' | 'unlisted' | 'private' | 'direct';

export interface Edit {
  text: string;
  at: string;
}

export interface StoredStatus {
  id: string;
  account: string;
  text: string;
  spoiler: string;
  sensitive: boolean;
  visibility: Visibility;
  language: string | null;
  createdAt: string;
  editedAt: string | null;
  /** Every text it had, the first included. */
  history: Edit[];
  /** Key it was posted under, for who looks from outside. */
  key: string | null;
}

interface State {
  statuses: StoredStatus[];
  keys: { account: string; key: string; id: string; until: number }[];
}

/** Statuses and remembered keys, in memory and, where a file is named, on disk after every change. */
export class Store {
  #state: State = { statuses: [], keys: [] };
  #lastId = 0n;

  constructor(private readonly file: string | null) {
    if (file === null) return;
    try {
      this.#state = JSON.parse(readFileSync(file, 'utf8')) as State;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    this.#lastId = this.#state.statuses.reduce((last, { id }) => (BigInt(id) > last ? BigInt(id) : last), 0n);
  }

  /** Newest first. */
  of(account: string): StoredStatus[] {
    return this.#state.statuses.filter((status) => status.account === account).reverse();
  }

  find(id: string): StoredStatus | undefined {
    return this.#state.statuses.find((status) => status.id === id);
  }

  /** What was posted under the key within its lifetime, unless it was deleted. */
  byKey(account: string, key: string): StoredStatus | undefined {
    const now = Date.now();
    this.#state.keys = this.#state.keys.filter(({ until }) => until > now);
    const known = this.#state.keys.find((each) => each.account === account && each.key === key);
    return known && this.find(known.id);
  }

  add(status: Omit<StoredStatus, 'id' | 'createdAt' | 'editedAt' | 'history'>): StoredStatus {
    const createdAt = new Date().toISOString();
    const stored = {
      ...status,
      id: this.#nextId(),
      createdAt,
      editedAt: null,
      history: [{ text: status.text, at: createdAt }],
    };
    this.#state.statuses.push(stored);
    if (status.key !== null) {
      const { account, key } = status;
      this.#state.keys = this.#state.keys.filter((each) => each.account !== account || each.key !== key);
      this.#state.keys.push({ account, key, id: stored.id, until: Date.now() + KEY_LIFETIME_MS });
    }
    this.#save();
    return stored;
  }

  /** An edit that changes nothing leaves no trace. */
  edit(status: StoredStatus, text: string, language: string | null): void {
    if (status.text === text && status.language === language) return;
    status.text = text;
    status.language = language;
    status.editedAt = new Date().toISOString();
    status.history.push({ text, at: status.editedAt });
    this.#save();
  }

  remove(status: StoredStatus): void {
    this.#state.statuses = this.#state.statuses.filter((each) => each !== status);
    this.#save();
  }

  forgetKeys(): void {
    this.#state.keys = [];
    this.#save();
  }

  /** Milliseconds and a count, as Mastodon makes its ids; always larger than the last. */
  #nextId(): string {
    const now = BigInt(Date.now()) << 16n;
    this.#lastId = now > this.#lastId ? now : this.#lastId + 1n;
    return this.#lastId.toString();
  }

  #save(): void {
    if (this.file === null) return;
    writeFileSync(`${this.file}.new`, JSON.stringify(this.#state));
    renameSync(`${this.file}.new`, this.file);
  }
}
