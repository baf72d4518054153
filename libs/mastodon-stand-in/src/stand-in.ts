import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerApi, accountOf, type ApiAnswer, type ApiParts } from './api.js';
import { Faults, type Fault } from './faults.js';
import type { Instance, StandInAccount } from './json.js';
import { missingPage, PAGE_HEADERS, PICTURE, statusPage, STYLE, timelinePage } from './pages.js';
import { MASTODON_LIMITS, RateCounter, type RateLimit } from './rate-limits.js';
import { Refusal } from './requests.js';
import { Store, type StoredStatus } from './store.js';

export interface StandInOptions {
  accounts: readonly StandInAccount[];
  /** A free one by default. */
  port?: number;
  title?: string;
  /** Characters of a status; 500 by default. */
  maxCharacters?: number;
  /** What a link counts; 23 by default. */
  charactersPerUrl?: number;
  /** Keeps statuses and keys over a restart; in memory alone where none is named. */
  stateFile?: string;
  /** As some of Mastodon's relatives: a repeat under the same key is another status. */
  ignoresKeys?: boolean;
  /** Mastodon's own by default. */
  rateLimits?: { account?: RateLimit; deletions?: RateLimit };
}

/** A request to the API as it arrived. */
export interface SeenRequest {
  method: string;
  path: string;
  key: string | null;
  body: string;
  /** Of the answer; null where none was given. */
  status: number | null;
}

/**
 * A server of the part of Mastodon's API that a publisher uses (4.x), on loopback. Strict where Mastodon is lax: unknown
 * parameters are refused. It counts, and finds mentions and hashtags, by code of its own.
 */
export class MastodonStandIn {
  readonly faults = new Faults();
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;
  readonly #store: Store;
  readonly #revoked = new Set<string>();
  readonly #suspended = new Set<string>();
  readonly #instance: Instance;
  readonly #rates: { account: RateCounter; deletions: RateCounter };

  private constructor(private readonly options: StandInOptions) {
    this.#store = new Store(options.stateFile ?? null);
    this.#instance = {
      origin: '',
      title: options.title ?? 'Mastodon 替身',
      maxCharacters: options.maxCharacters ?? 500,
      charactersPerUrl: options.charactersPerUrl ?? 23,
    };
    const limits = { ...MASTODON_LIMITS, ...options.rateLimits };
    this.#rates = { account: new RateCounter(limits.account), deletions: new RateCounter(limits.deletions) };
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        this.#handle(request, response, Buffer.concat(chunks));
      });
    });
  }

  /** Listens on 127.0.0.1. @throws Error where the port is taken or the state file is none */
  static async start(options: StandInOptions): Promise<MastodonStandIn> {
    const standIn = new MastodonStandIn(options);
    const server = standIn.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    standIn.#instance.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return standIn;
  }

  /** `baseUrl` of a channel. */
  get url(): string {
    return this.#instance.origin;
  }

  timelineUrl(username: string): string {
    return `${this.url}/@${username}`;
  }

  /** What an account shows, newest first. */
  statusesOf(username: string): readonly StoredStatus[] {
    return this.#store.of(username);
  }

  /** Deletes as the account's owner does in the app. */
  deleteByHand(id: string): void {
    const status = this.#store.find(id);
    if (status !== undefined) this.#store.remove(status);
  }

  /** Posts as the account's owner does in the app. */
  postByHand(username: string, text: string): StoredStatus {
    const rest = { spoiler: '', sensitive: false, visibility: 'public', language: 'zh', key: null } as const;
    return this.#store.add({ account: username, text, ...rest });
  }

  revoke(token: string): void {
    this.#revoked.add(token);
  }

  restore(token: string): void {
    this.#revoked.delete(token);
  }

  suspend(username: string): void {
    this.#suspended.add(username);
  }

  /** As after the hour that a key is remembered. */
  forgetKeys(): void {
    this.#store.forgetKeys();
  }

  setMaxCharacters(characters: number): void {
    this.#instance.maxCharacters = characters;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #handle(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    response.on('error', () => undefined);
    const url = new URL(request.url ?? '/', this.url);
    if (!url.pathname.startsWith('/api/')) {
      this.#page(request, response, url);
      return;
    }
    const method = request.method ?? '';
    const seen: SeenRequest = {
      method,
      path: url.pathname + url.search,
      key: request.headers['idempotency-key']?.toString() ?? null,
      body: body.toString('utf8'),
      status: null,
    };
    this.seen.push(seen);
    const fault = this.faults.take(method, url.pathname);
    if (fault !== null && this.#failed(fault, { request, response, url, body, seen })) return;
    this.#send(response, this.#answer(request, url, body), seen);
  }

  /** True where the fault leaves nothing more to be done. */
  #failed(
    fault: Fault,
    all: {
      request: IncomingMessage;
      response: ServerResponse;
      url: URL;
      body: Buffer;
      seen: SeenRequest;
    },
  ): boolean {
    const { request, response, url, body, seen } = all;
    const { kind } = fault;
    if (typeof kind === 'object') {
      seen.status = kind.status;
      const type = { 'content-type': 'text/html; charset=utf-8' };
      response.writeHead(kind.status, { ...type, ...kind.headers }).end(kind.body ?? '<h1>Sorry</h1>');
      return true;
    }
    switch (kind) {
      case 'hangs':
        return true;
      case 'dropped':
        request.socket.destroy();
        return true;
      case 'answer-hangs':
        this.#answer(request, url, body);
        return true;
      case 'answer-lost':
        this.#answer(request, url, body);
        request.socket.destroy();
        return true;
      case 'late':
        setTimeout(() => {
          this.#send(response, this.#answer(request, url, body), seen);
        }, fault.delayMs ?? 0);
        return true;
    }
  }

  #answer(request: IncomingMessage, url: URL, body: Buffer): ApiAnswer {
    const parts: ApiParts = {
      accounts: this.options.accounts,
      store: this.#store,
      instance: this.#instance,
      ignoresKeys: this.options.ignoresKeys ?? false,
      revoked: this.#revoked,
      suspended: this.#suspended,
    };
    let limits: Record<string, string> = {};
    try {
      const account = accountOf(request, parts);
      limits = this.#withinRates(request.method ?? '', url, account?.username ?? 'nobody');
      const answer = answerApi({ method: request.method ?? '', url, request, body }, account, parts);
      return { ...answer, headers: { ...limits, ...answer.headers } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const headers = error instanceof TooMany ? error.headers : limits;
      return { status: error.status, json: { error: error.message }, headers };
    }
  }

  /** The headers of the limit that counts. @throws Refusal 429 */
  #withinRates(method: string, url: URL, who: string): Record<string, string> {
    const now = Date.now();
    const all = this.#rates.account.count(who, now);
    const deletes = method === 'DELETE' && url.pathname.startsWith('/api/v1/statuses/');
    const counted = deletes && all.allowed ? this.#rates.deletions.count(who, now) : all;
    if (!counted.allowed) throw new TooMany(counted.headers);
    return counted.headers;
  }

  #send(response: ServerResponse, { status, json, headers }: ApiAnswer, seen: SeenRequest): void {
    seen.status = status;
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(JSON.stringify(json));
  }

  #page(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const send = (status: number, headers: Record<string, string>, body: string) => {
      response.writeHead(status, headers).end(request.method === 'HEAD' ? '' : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(405, { allow: 'GET, HEAD' }, '');
      return;
    }
    const { accounts } = this.options;
    const [first] = accounts;
    if (url.pathname === '/' && first !== undefined) send(302, { location: `/@${first.username}` }, '');
    else if (url.pathname === '/style.css') send(200, { 'content-type': 'text/css; charset=utf-8' }, STYLE);
    else if (url.pathname === '/avatar.svg') send(200, { 'content-type': 'image/svg+xml' }, PICTURE);
    else {
      const html = this.#html(url.pathname);
      send(html === null ? 404 : 200, PAGE_HEADERS, html ?? missingPage());
    }
  }

  /** Null where nothing is shown; what only followers see is shown to nobody here. */
  #html(path: string): string | null {
    const [, username, id] = /^\/@(\w+)(?:\/(\d+))?$/.exec(path) ?? [];
    const account = this.options.accounts.find((each) => each.username === username);
    if (account === undefined) return null;
    const open = this.#store
      .of(account.username)
      .filter(({ visibility }) => visibility === 'public' || visibility === 'unlisted');
    if (id === undefined) return timelinePage(account, this.#instance, open);
    const status = open.find((each) => each.id === id);
    return status === undefined ? null : statusPage(account, this.#instance, status);
  }
}

class TooMany extends Refusal {
  constructor(readonly headers: Record<string, string>) {
    super(429, 'Too many requests');
  }
}
