/** A session lasts so long, seconds; nothing prolongs it. */
export const SESSION_SECONDS = 12 * 3600;

/**
 * The cookie of a session. On https its name has the prefix `__Host-`: then browsers take it from this very host only,
 * not from a neighbour below the same domain (RFC 6265bis, section 4.1.3).
 */
export class SessionCookie {
  readonly name: string;
  readonly #attributes: string;

  constructor(publicUrl: string) {
    const secure = publicUrl.startsWith('https:');
    this.name = secure ? '__Host-newsrelay-session' : 'newsrelay-session';
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  }

  /** Value of `Set-Cookie` that gives the browser a session. */
  set(token: string): string {
    return `${this.name}=${token}; Max-Age=${SESSION_SECONDS}; ${this.#attributes}`;
  }

  /** Value of `Set-Cookie` that takes it away. */
  clear(): string {
    return `${this.name}=; Max-Age=0; ${this.#attributes}`;
  }

  /** The token in a `Cookie` header; undefined if there is none. */
  read(header: string | undefined): string | undefined {
    for (const pair of header?.split(';') ?? []) {
      const at = pair.indexOf('=');
      if (at > 0 && pair.slice(0, at).trim() === this.name) return pair.slice(at + 1).trim();
    }
    return undefined;
  }
}
