import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { cidr, commaSeparated } from './fields.js';

/*
 * The forward proxy of outbound calls, by names of its own: HTTPS_PROXY is set on machines for whatever runs there, and
 * would silently move where outlets are called from.
 */

const URL_WANTED =
  'must be a URL such as http://proxy.example:3128 or http://user:password@proxy.example:3128';

function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    return false;
  }
  return /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '';
}

/** A CIDR, an address, or a host name (RFC 1123, or what turns into one by IDNA); a dot in front is allowed. */
function isDirectEntry(entry: string): boolean {
  if (cidr.safeParse(entry).success) return true;
  const name = domainToASCII(entry.replace(/^\./, ''));
  return (
    isIP(name) === 0 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(name)
  );
}

const direct = commaSeparated(
  z
    .string()
    .refine(
      isDirectEntry,
      'must be comma-separated host names and CIDRs, without ports, such as partner.example,10.0.0.0/8',
    ),
);

export const outboundProxyFields = {
  /** Its URL, which may hold credentials: a secret. */
  NEWSRELAY_OUTBOUND_PROXY: z.string().refine(isProxyUrl, URL_WANTED).optional(),
  NEWSRELAY_OUTBOUND_NO_PROXY: direct,
  NEWSRELAY_OUTBOUND_PROXY_NAMES: z
    .enum(['here', 'proxy'], 'must be here (we resolve names and check where they lead) or proxy')
    .default('here'),
};

/** What the fields are read to. */
export type OutboundProxyGiven = z.output<z.ZodObject<typeof outboundProxyFields>>;

/** The proxy as libs/outbound takes it, or null for none. */
export function outboundProxySettings(given: OutboundProxyGiven): {
  url: string;
  direct: readonly string[];
  names: 'here' | 'proxy';
} | null {
  if (given.NEWSRELAY_OUTBOUND_PROXY === undefined) return null;
  return {
    url: given.NEWSRELAY_OUTBOUND_PROXY,
    direct: given.NEWSRELAY_OUTBOUND_NO_PROXY,
    names: given.NEWSRELAY_OUTBOUND_PROXY_NAMES,
  };
}
