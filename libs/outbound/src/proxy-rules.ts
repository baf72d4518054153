import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { addressesOfLocalhost, checkAddress, parseAllowTargets, type AllowTargets } from './target-rules.js';

/** A forward proxy that outbound calls go through: `NEWSRELAY_OUTBOUND_PROXY` and its neighbours. */
export interface ProxyOptions {
  /** `http://` or `https://`, with credentials where the proxy asks for them (RFC 7617, Basic). */
  url: string;
  /** Names, which stand for the names below them too, and CIDRs that are called without the proxy. */
  direct: readonly string[];
  /**
   * Who resolves the names of public targets. `here`: we do, and the proxy is asked for the address that was checked.
   * `proxy`: the proxy does, and where a name leads is its concern (ADR 20).
   */
  names: 'here' | 'proxy';
}

/** Where the proxy is and what it is shown, apart from its URL so that no message can hold the credentials. */
export interface ProxyAddress {
  secure: boolean;
  /** Without brackets. */
  host: string;
  port: number;
  authorization: string | null;
}

/** A proxy on another machine would take them for its own. */
const LOOPBACK = parseAllowTargets(['127.0.0.0/8', '::1/128']);

/** Throws an Error that says what is wrong, without the credentials. */
function readProxyUrl(text: string): ProxyAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error('the proxy must be a URL such as http://proxy.example:3128');
  }
  const secure = url.protocol === 'https:';
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authorization: credentials === ':' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
}

const isListed = (address: string, ranges: AllowTargets): boolean =>
  ranges.length > 0 && checkAddress(address, ranges, true) === null;

/** What goes through the proxy and what past it. Pure. */
export class ProxyRules {
  readonly proxy: ProxyAddress;
  readonly #namesByProxy: boolean;
  readonly #directNames: readonly string[];
  readonly #directRanges: AllowTargets;

  /** Throws an Error that names what is wrong. */
  constructor(options: ProxyOptions) {
    this.proxy = readProxyUrl(options.url);
    this.#namesByProxy = options.names === 'proxy';
    const isRange = (entry: string): boolean => isIP(entry.split('/')[0] ?? '') !== 0;
    this.#directRanges = parseAllowTargets(options.direct.filter(isRange));
    this.#directNames = options.direct
      .filter((entry) => !isRange(entry))
      .map((entry) => domainToASCII(entry.replace(/^\./, '')));
  }

  /** Whether a name goes past the proxy, wherever it leads. */
  isDirectName(host: string): boolean {
    return this.#directNames.some((name) => host === name || host.endsWith(`.${name}`));
  }

  /** Whether an address goes past the proxy: it is listed, or loopback, which is this machine's own. */
  isDirectAddress(address: string): boolean {
    return isListed(address, LOOPBACK) || isListed(address, this.#directRanges);
  }

  /**
   * Whether the proxy is handed the name. Never where the rules ask for an address of the allow list, since only who
   * resolves the name can tell.
   */
  isResolvedByProxy(host: string, onlyAllowListed: boolean): boolean {
    return (
      this.#namesByProxy &&
      !onlyAllowListed &&
      !this.isDirectName(host) &&
      addressesOfLocalhost(host) === null
    );
  }
}
