import type { IncomingMessage } from 'node:http';
import { pathTokenOf } from '@newsrelay/http-api/path-token';

/**
 * What somebody shows who asks for a feed; the first of these that is there:
 *
 * - in the path, `/feeds/TOKEN/daily.rss`: for readers that know no more than an address;
 * - `Authorization: Bearer TOKEN` (RFC 6750);
 * - `Authorization: Basic …` (RFC 7617) with the token as password, under any name.
 *
 * Undefined where nothing is shown. What is shown may be no token at all.
 */
export function credentialsOf(request: IncomingMessage): string | undefined {
  const inPath = pathTokenOf(request);
  if (inPath !== undefined) return inPath;
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const [, scheme = '', given = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return given;
    case 'basic':
      return passwordOf(given);
    default:
      return undefined;
  }
}

function passwordOf(encoded: string): string {
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}
