import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { BUILT_IN_KEY } from '@newsrelay/contracts/role';
import { Authenticator, identityFrom } from '@newsrelay/http-api/authenticator';
import { FailedLogins } from '@newsrelay/http-api/failed-logins';
import { may } from '@newsrelay/http-api/roles';
import { refuseForeignLogin, refuseForeignPages } from '@newsrelay/http-api/same-origin';
import { SESSION_SECONDS } from '@newsrelay/http-api/session-cookie';
import { recordChanges } from '@newsrelay/ledger/audit';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import type { KeyHolder } from '@newsrelay/ledger/keys';
import { closeSession, findSession, openSession } from '@newsrelay/ledger/sessions';
import { ConsoleEvents } from '../events.js';

/** A login that has to wait, and for how many seconds. */
export class TooManyLogins extends Problem {
  constructor(readonly retryAfter: number) {
    super(429, `Too many wrong keys from this address; try again in ${retryAfter} seconds.`);
  }
}

const unknown = () => new Problem(401, 'The key is not known.');

/** Browsers log in with a key and carry a cookie from then on. */
@Injectable()
export class Sessions {
  readonly #failed = new FailedLogins();

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(ConsoleEvents) private readonly events: ConsoleEvents,
  ) {}

  /** Returns the `Set-Cookie` of the new session. @throws Problem 401, 403 for a key of a source, 429 */
  async open(key: string, request: FastifyRequest): Promise<string> {
    refuseForeignLogin(request, this.authenticator.publicUrl);
    const wait = this.#failed.begin(request.ip);
    if (wait > 0) throw new TooManyLogins(wait);
    let holder: KeyHolder | undefined;
    try {
      holder = await this.authenticator.holderOf(key);
    } catch (error) {
      this.#failed.forgive(request.ip);
      throw error;
    }
    if (holder === undefined) {
      this.events.loginRefused(request.ip);
      throw unknown();
    }
    this.#failed.forgive(request.ip);
    if (!may(holder.role, 'read'))
      throw new Problem(403, 'This key may only send articles; it opens no page.');
    return this.authenticator.cookie.set(await this.#open(holder, request));
  }

  async #open(holder: KeyHolder, request: FastifyRequest): Promise<string> {
    const token = this.authenticator.newToken();
    const keyId = holder.id === BUILT_IN_KEY.id ? null : holder.id;
    const before = this.authenticator.cookie.read(request.headers.cookie);
    await this.ledger.transaction().execute(async (tx) => {
      const tokenHash = this.authenticator.hashOfToken(token);
      const expiresAt = await openSession(tx, { tokenHash, keyId, seconds: SESSION_SECONDS });
      if (expiresAt === undefined) throw unknown();
      // The browser has room for one.
      if (before !== undefined) await closeSession(tx, this.authenticator.hashOfToken(before));
      await recordChanges(tx, identityFrom(holder, request, expiresAt), [
        { action: 'session.open', subject: { kind: 'key', id: holder.id } },
      ]);
    });
    return token;
  }

  /** Forgets the session of the request's cookie, if there is one. Returns the `Set-Cookie` that clears it. @throws Problem 403 */
  async close(request: FastifyRequest): Promise<string> {
    const { cookie } = this.authenticator;
    const token = cookie.read(request.headers.cookie);
    if (token !== undefined) {
      refuseForeignPages(request, this.authenticator.publicUrl);
      const session = await findSession(this.ledger, this.authenticator.hashOfToken(token));
      if (session !== undefined) {
        const holder: KeyHolder = session.key ?? { ...BUILT_IN_KEY, role: 'admin', source: null };
        await this.ledger.transaction().execute(async (tx) => {
          if (!(await closeSession(tx, this.authenticator.hashOfToken(token)))) return;
          await recordChanges(tx, identityFrom(holder, request, session.expiresAt), [
            { action: 'session.close', subject: { kind: 'key', id: holder.id } },
          ]);
        });
      }
    }
    return cookie.clear();
  }
}
