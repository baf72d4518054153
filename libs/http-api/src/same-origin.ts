import type { FastifyRequest } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

type Asked = Pick<FastifyRequest, 'method' | 'headers' | 'host'>;

function header(request: Asked, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** By `Sec-Fetch-Site` where the browser sends it, else by `Origin`; null if the request says neither. */
function cameFromHere(request: Asked, publicUrl: string): boolean | null {
  const site = header(request, 'sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = header(request, 'origin');
  if (origin === undefined) return null;
  if (!URL.canParse(origin)) return false;
  const { origin: publicOrigin, protocol } = new URL(publicUrl);
  const given = new URL(origin);
  if (given.origin === publicOrigin) return true;
  // The address that the browser used, where it is not the public one; never plain http in place of https.
  return given.host === request.host && (protocol === 'http:' || given.protocol === 'https:');
}

/**
 * A request that is told by a cookie was perhaps sent by somebody else's page: the browser adds the cookie by itself. One
 * that changes something must show that it came from our own page; one that reads must not come from elsewhere, but for a
 * link that is followed. (OWASP, Cross-Site Request Forgery Prevention; W3C Fetch Metadata.) @throws Problem 403
 */
export function refuseForeignPages(request: Asked, publicUrl: string): void {
  if (SAFE.has(request.method)) {
    const site = header(request, 'sec-fetch-site');
    if (site === undefined || site === 'same-origin' || site === 'none') return;
    const followsLink =
      header(request, 'sec-fetch-mode') === 'navigate' && header(request, 'sec-fetch-dest') === 'document';
    if (site === 'same-site' && followsLink) return;
    throw new Problem(403, "The session's cookie is not taken from another site's page.");
  }
  const here = cameFromHere(request, publicUrl);
  if (here === true) return;
  throw new Problem(
    403,
    here === null
      ? 'A change by a session must say where it comes from: send Origin or Sec-Fetch-Site, or use a key.'
      : "The session's cookie is not taken from another site's page.",
  );
}

/** A login carries no cookie yet: refused only where the browser says that another page sent it. @throws Problem 403 */
export function refuseForeignLogin(request: Asked, publicUrl: string): void {
  if (cameFromHere(request, publicUrl) === false)
    throw new Problem(403, "A login is not taken from another site's page.");
}
