import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { BUILT_IN_KEY } from '@newsrelay/contracts/role';
import { isLedgerAway, type Ledger } from '@newsrelay/ledger/database';
import { findKeyHolder, hashOfKey, noteUse, type KeyHolder } from '@newsrelay/ledger/keys';
import { findSession } from '@newsrelay/ledger/sessions';
import type { Identity } from './identity.js';
import { refuseForeignPages } from './same-origin.js';
import { SessionCookie } from './session-cookie.js';

/** Prefix by which a key is known as one of ours, by secret scanners too. */
const PREFIX = 'nr_';
/** 32 bytes as base64url. */
const KEY = /^nr_[\w-]{43}$/;
const TOKEN = /^[\w-]{43}$/;

/** PostgreSQL: the table is not there, as long as the schema is not migrated. */
const UNDEFINED_TABLE = '42P01';

const BUILT_IN: KeyHolder = { ...BUILT_IN_KEY, role: 'admin', source: null };

export interface AuthenticatorOptions {
  /** The built-in key, role admin. */
  adminKey: string;
  /** Where browsers reach us. */
  publicUrl: string;
}

/** A new key; shown once, kept as its hash. */
export function newKey(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** Tells who a request is from, by key or by session. The built-in key is known without the ledger. */
export class Authenticator {
  readonly cookie: SessionCookie;
  readonly #adminHash: Buffer;

  constructor(
    private readonly ledger: Ledger,
    private readonly options: AuthenticatorOptions,
  ) {
    this.cookie = new SessionCookie(options.publicUrl);
    this.#adminHash = hashOfKey(options.adminKey);
  }

  get publicUrl(): string {
    return this.options.publicUrl;
  }

  /**
   * May be asked again of the same request, by a stream that must end when its key is deleted.
   * @throws Problem 401, 503, and 403 for a session's cookie that another site's page made the browser send
   */
  async identify(request: FastifyRequest): Promise<Identity> {
    const { authorization } = request.headers;
    const key = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
    if (key !== undefined) {
      const holder = await this.holderOf(key);
      if (holder === undefined) throw new Problem(401, 'The key is not known.');
      return identityFrom(holder, request, null);
    }
    const token = this.cookie.read(request.headers.cookie);
    // A key that was meant and cannot be read is not made good by a cookie.
    if (token === undefined || /^Bearer\b/i.test(authorization ?? ''))
      throw new Problem(401, 'A key is missing: send "Authorization: Bearer KEY".');
    refuseForeignPages(request, this.publicUrl);
    const session = TOKEN.test(token) ? await this.#look(() => this.#sessionOf(token)) : undefined;
    if (session === undefined) throw new Problem(401, 'The session has ended: log in again.');
    this.#noteUse(session.key);
    return identityFrom(session.key ?? BUILT_IN, request, session.expiresAt);
  }

  /** Who holds the key; undefined if nobody does. */
  async holderOf(key: string): Promise<KeyHolder | undefined> {
    const hash = hashOfKey(key);
    if (timingSafeEqual(hash, this.#adminHash)) return BUILT_IN;
    if (!KEY.test(key)) return undefined;
    const holder = await this.#look(() => findKeyHolder(this.ledger, hash));
    this.#noteUse(holder);
    return holder;
  }

  newToken(): string {
    return randomBytes(32).toString('base64url');
  }

  /** How a session lies in the ledger. Made with the built-in key, so that all sessions end when that is changed. */
  hashOfToken(token: string): Buffer {
    return createHmac('sha256', this.options.adminKey).update(token).digest();
  }

  #sessionOf(token: string) {
    return findSession(this.ledger, this.hashOfToken(token));
  }

  /** Before the schema is there nobody can be known yet, which is as good as no PostgreSQL. */
  async #look<T>(find: () => Promise<T>): Promise<T> {
    try {
      return await find();
    } catch (error) {
      const migrating = error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE;
      if (migrating || isLedgerAway(error))
        throw new Problem(503, 'PostgreSQL cannot be reached now, so that the key cannot be looked up.');
      throw error;
    }
  }

  /** Not waited for, and not missed: a ledger that can be read and not written must not refuse keys. */
  #noteUse(holder: (KeyHolder & { useDue: boolean }) | null | undefined): void {
    if (holder?.useDue === true) void noteUse(this.ledger, holder.id).catch(() => undefined);
  }
}

export function identityFrom(holder: KeyHolder, request: FastifyRequest, expiresAt: Date | null): Identity {
  const { id, name, role, source } = holder;
  return { keyId: id, keyName: name, role, source, expiresAt, address: request.ip };
}
