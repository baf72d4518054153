import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/*
 * Which targets an outbound call may have. Pure: no DNS, no I/O. A name is judged twice: its URL here, and each
 * address it resolves to by `checkAddress` at every connection.
 */

/** Ports that outbound calls may use on public addresses. */
const PORTS = new Set([443, 8443]);

/** Addresses for which the address, port and https rules are lifted: `NEWSRELAY_ALLOW_TARGETS`. */
export type AllowTargets = readonly AllowedRange[];
type AllowedRange = readonly [base: ipaddr.IPv4 | ipaddr.IPv6, prefix: number];

/** A URL that may be called, as far as it can be told without resolving its name. */
export interface CheckedTarget {
  url: URL;
  /** The literal address without brackets, or the name. */
  host: string;
  isAddress: boolean;
  /** True if scheme or port are outside the rules, so that only an address of the allow list will do. */
  onlyAllowListed: boolean;
}

export type TargetVerdict = { refused: null; target: CheckedTarget } | { refused: string };

/** Reads CIDRs (a bare address is a range of one). Throws an Error that names the wrong one. */
export function parseAllowTargets(cidrs: readonly string[]): AllowTargets {
  return cidrs.map((cidr) => {
    const [address = '', prefix, ...rest] = cidr.trim().split('/');
    const family = isIP(address);
    const bits = family === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    if (family === 0 || address.includes('%') || rest.length > 0 || !(length <= bits)) {
      throw new Error(`"${cidr}" is not a CIDR; write for example 127.0.0.0/8 or fd00::/8`);
    }
    return [ipaddr.parse(address), length];
  });
}

const IPV4_REFUSED: readonly (readonly [cidr: string, what: string])[] = [
  // IANA IPv4 Special-Purpose Address Registry (RFC 6890) and multicast (RFC 5771).
  ['0.0.0.0/8', 'of "this network"'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared by carriers (RFC 6598)'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved for protocols'],
  ['192.0.2.0/24', 'for documentation'],
  ['192.88.99.0/24', 'a 6to4 relay'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'for benchmarks'],
  ['198.51.100.0/24', 'for documentation'],
  ['203.0.113.0/24', 'for documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  // Answers on every machine of Azure with that machine's own metadata.
  ['168.63.129.16/32', 'a cloud provider’s metadata service'],
];

const IPV6_REFUSED: readonly (readonly [cidr: string, what: string])[] = [
  // IANA IPv6 Special-Purpose Address Registry, as far as it lies in 2000::/3.
  ['2001::/32', 'Teredo'],
  ['2001::/23', 'reserved for protocols'],
  ['2001:db8::/32', 'for documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'for documentation'],
];

const REFUSED_4 = IPV4_REFUSED.map(([cidr, what]) => [ipaddr.IPv4.parseCIDR(cidr), what] as const);
const REFUSED_6 = IPV6_REFUSED.map(([cidr, what]) => [ipaddr.IPv6.parseCIDR(cidr), what] as const);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

function whyIPv4IsRefused(address: ipaddr.IPv4): string | null {
  const range = REFUSED_4.find(([cidr]) => address.match(cidr));
  return range === undefined ? null : range[1];
}

function lastIPv4(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

/**
 * Global unicast (RFC 4291) alone is public; of ::/8, which holds the IPv4-mapped, IPv4-compatible and ISATAP
 * spellings, only NAT64 (RFC 6052) that leads to a public IPv4 is.
 */
function whyIPv6IsRefused(address: ipaddr.IPv6): string | null {
  if (address.match(NAT64)) {
    const why = whyIPv4IsRefused(lastIPv4(address));
    return why === null ? null : `NAT64 of an address that is ${why}`;
  }
  if (!address.match(GLOBAL_UNICAST)) return 'not global unicast';
  const range = REFUSED_6.find(([cidr]) => address.match(cidr));
  if (range !== undefined) return range[1];
  // An ISATAP interface identifier (RFC 5214, section 6.1) tunnels to the IPv4 address at its end.
  const [high = 0, low = 0] = address.parts.slice(4);
  if (low === 0x5efe && (high === 0 || high === 0x0200)) {
    const why = whyIPv4IsRefused(lastIPv4(address));
    if (why !== null) return `ISATAP of an address that is ${why}`;
  }
  return null;
}

/**
 * Why this address must not be connected to, or null. `onlyAllowListed` asks for an address of the allow list, which a
 * scheme or port outside the rules needs. Only canonical spellings are read; whatever else is refused.
 */
export function checkAddress(address: string, allow: AllowTargets, onlyAllowListed = false): string | null {
  if (isIP(address) === 0 || address.includes('%'))
    return `leads to ${address}, which is no plain IP address`;
  const parsed = ipaddr.parse(address);
  const listed = allow.some(([base, prefix]) => parsed.kind() === base.kind() && parsed.match(base, prefix));
  if (listed) return null;
  const why = parsed instanceof ipaddr.IPv4 ? whyIPv4IsRefused(parsed) : whyIPv6IsRefused(parsed);
  if (why !== null)
    return `leads to the address ${address}, which is ${why}; only public addresses are called`;
  return onlyAllowListed
    ? `leads to the address ${address}, where only https on port 443 or 8443 is called`
    : null;
}

function isLocalhostName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/**
 * Judges a URL: scheme, port, credentials, spelling, and a literal address. The URL parser (WHATWG) has turned decimal,
 * octal, hexadecimal, short and full-width spellings of IPv4 into the canonical one, and refuses zone ids.
 */
export function checkTarget(text: string, allow: AllowTargets): TargetVerdict {
  if (!URL.canParse(text)) return { refused: 'is not a valid URL' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { refused: 'must be an https URL' };
  if (url.username !== '' || url.password !== '') return { refused: 'must not carry credentials' };
  const isBracketed = url.hostname.startsWith('[');
  const host = isBracketed ? url.hostname.slice(1, -1) : url.hostname;
  if (host.endsWith('.')) return { refused: 'must not end its host name with a dot' };
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const onlyAllowListed = url.protocol !== 'https:' || !PORTS.has(port);
  const isAddress = isIP(host) !== 0;
  const target = { url, host, isAddress, onlyAllowListed };
  if (isAddress) {
    const refused = checkAddress(host, allow, onlyAllowListed);
    return refused === null ? { refused, target } : { refused };
  }
  // RFC 6761, section 6.3: these names are loopback whatever a name server says.
  if (isLocalhostName(host) && LOOPBACK.every((address) => checkAddress(address, allow) !== null)) {
    return { refused: 'names this machine; only public addresses are called' };
  }
  if (onlyAllowListed && allow.length === 0) {
    return { refused: url.protocol === 'https:' ? 'must use port 443 or 8443' : 'must be an https URL' };
  }
  return { refused: null, target };
}

/** Ports of message submission with TLS (RFC 8314), which mail may use on public addresses. */
const MAIL_PORTS = { tls: 465, starttls: 587, none: null } as const;

/** A mail server that may be spoken to, as far as it can be told without resolving its name. */
export type MailVerdict =
  { refused: null; isAddress: boolean; onlyAllowListed: boolean } | { refused: string };

/** Judges a mail server: TLS, port, and a literal address, which is read in its canonical spelling alone. */
export function checkMailServer(
  { host, port, security }: { host: string; port: number; security: keyof typeof MAIL_PORTS },
  allow: AllowTargets,
): MailVerdict {
  const isAddress = isIP(host) !== 0;
  const onlyAllowListed = MAIL_PORTS[security] !== port;
  const verdict = { refused: null, isAddress, onlyAllowListed };
  if (isAddress) {
    const refused = checkAddress(host, allow, onlyAllowListed);
    return refused === null ? verdict : { refused };
  }
  // What the URL parser would read as an IPv4 address, the system's resolver may read as one too.
  if (!URL.canParse(`http://${host}`) || new URL(`http://${host}`).hostname !== host || host.endsWith('.'))
    return { refused: 'is no host name; write it in lower case and ASCII, without a dot at its end' };
  if (isLocalhostName(host) && LOOPBACK.every((address) => checkAddress(address, allow) !== null)) {
    return { refused: 'names this machine; only public addresses are called' };
  }
  if (onlyAllowListed && allow.length === 0) {
    return { refused: 'must be spoken to with tls on port 465, or with starttls on port 587' };
  }
  return verdict;
}

const LOOPBACK = ['127.0.0.1', '::1'] as const;

/** The addresses of a name that no name server is asked for (RFC 6761, section 6.3); null for any other name. */
export function addressesOfLocalhost(host: string): readonly string[] | null {
  return isLocalhostName(host) ? LOOPBACK : null;
}
