import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import {
  OutboundFailure,
  type OutboundAnswer,
  type OutboundHttp,
  type OutboundRequest,
} from '@newsrelay/channel-kit/outbound-http';
import { proxiedConnector } from './proxied-connector.js';
import { ProxyRules, type ProxyOptions } from './proxy-rules.js';
import { Exchange, RefusedTargetError, type AttemptBinding, type BoundAttempt } from './exchange.js';
import { allowedAddresses, whyNameIsRefused, type LookupRules } from './guarded-lookup.js';
import { systemResolver, type ResolveName } from './resolve-name.js';
import { checkTarget, parseAllowTargets, type CheckedTarget } from './target-rules.js';

/** How every outbound request names itself. */
export const USER_AGENT = 'Newsrelay/0.1';

/** Milliseconds for DNS, connect and TLS of a new connection. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Milliseconds an idle socket is kept where the outlet announces nothing; most servers close after five seconds. */
const KEEP_ALIVE_MS = 4_000;
/** Longest time an idle socket is kept, whatever the outlet announces. */
const KEEP_ALIVE_MAX_MS = 60_000;
const MAX_HEADER_BYTES = 16 * 1024;
const SOCKETS_PER_ORIGIN = 8;

export interface GuardedHttpOptions {
  /** CIDRs for which the address, port and https rules are lifted. */
  allowTargets: readonly string[];
  /** Sockets of one origin at most; further requests wait for one. */
  socketsPerOrigin?: number;
  /** Milliseconds for DNS, connect and TLS of a new connection. */
  connectTimeoutMs?: number;
  /** How names are resolved; the system's way by default. */
  resolveName?: ResolveName;
  /** Certificate authorities (PEM) instead of the system's, of outlets and of the proxy. */
  ca?: string | readonly string[];
  /** The forward proxy that everything goes through but what its options name; none by default. */
  proxy?: ProxyOptions | null;
}

/**
 * The one HTTP client of every outbound call. The rules of targets hold at every connection: the addresses that the
 * socket gets are the ones that were checked, so that a name which changes its address between check and use gains
 * nothing. Redirects are answers. One request is written at most once.
 */
export class GuardedHttp {
  readonly #rules: LookupRules;
  readonly #agent: Agent;

  /** Throws an Error that names the wrong CIDR, or says what is wrong with the proxy. */
  constructor(options: GuardedHttpOptions) {
    this.#rules = {
      allow: parseAllowTargets(options.allowTargets),
      resolveName: options.resolveName ?? systemResolver(),
    };
    this.#agent = new Agent({
      connect: this.#guardedConnector(options),
      connections: options.socketsPerOrigin ?? SOCKETS_PER_ORIGIN,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // The attempt's total deadline bounds both; undici's own are idle times, which a byte a second passes.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** A client for one attempt. Its deadline runs from now on. */
  bind(binding: AttemptBinding): OutboundHttp {
    const attempt = { ...binding, deadlineAt: performance.now() + binding.deadlineMs };
    return { request: (request) => this.#request(request, attempt) };
  }

  /**
   * Whether a channel may have this target: null, or why not. A name is refused if all its addresses are; one that does
   * not resolve is accepted, since the rules hold again at every connection.
   */
  async resolveTarget(url: string): Promise<string | null> {
    const verdict = checkTarget(url, this.#rules.allow);
    if (verdict.refused !== null) return verdict.refused;
    const { host, isAddress, onlyAllowListed } = verdict.target;
    if (isAddress) return null;
    return whyNameIsRefused(host, this.#rules, onlyAllowListed);
  }

  /** Lets requests in flight end, takes no more, and closes the sockets. */
  async close(): Promise<void> {
    await this.#agent.close();
  }

  /** Ends everything at once; requests in flight fail as `aborted`. */
  async destroy(): Promise<void> {
    await this.#agent.destroy();
  }

  async #request(request: OutboundRequest, attempt: BoundAttempt): Promise<OutboundAnswer> {
    const verdict = checkTarget(request.url, this.#rules.allow);
    if (verdict.refused !== null) {
      throw new OutboundFailure('refused-target', false, `the target ${verdict.refused}`);
    }
    const { url } = verdict.target;
    const exchange = new Exchange(attempt, request.answerBytes);
    if (!exchange.isSettled) {
      this.#agent.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: request.method,
          // No compression: what an answer unpacks to is what it weighs.
          headers: { 'user-agent': USER_AGENT, ...request.headers, 'accept-encoding': 'identity' },
          body: request.body ?? null,
        },
        exchange,
      );
    }
    return exchange.answer;
  }

  #guardedConnector(options: GuardedHttpOptions): buildConnector.connector {
    const connectorOf = this.#connectors(options);
    return (target, callback) => {
      // Literal addresses never reach `lookup`: they are judged here, at every connection.
      const verdict = checkTarget(`${target.protocol}//${target.host ?? target.hostname}`, this.#rules.allow);
      if (verdict.refused !== null) {
        const error = new RefusedTargetError(`the target ${verdict.refused}`);
        queueMicrotask(() => {
          callback(error, null);
        });
        return;
      }
      connectorOf(verdict.target)(target, callback);
    };
  }

  /** What connects to a target whose URL has passed. */
  #connectors(options: GuardedHttpOptions): (target: CheckedTarget) => buildConnector.connector {
    const timeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    const ca = options.ca === undefined ? undefined : [options.ca].flat();
    const tls = {
      allowH2: false,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    } as const;
    if (options.proxy !== undefined && options.proxy !== null) {
      return proxiedConnector({
        rules: new ProxyRules(options.proxy),
        checkedAddresses: (host, onlyAllowListed) => this.#checkedAddresses(host, onlyAllowListed),
        timeoutMs,
        tls,
        ca,
      });
    }
    const connectTo = (onlyAllowListed: boolean) =>
      buildConnector({ ...tls, timeout: timeoutMs, lookup: this.#guardedLookup(onlyAllowListed) });
    const connectors = { public: connectTo(false), allowListed: connectTo(true) };
    return ({ onlyAllowListed }) => (onlyAllowListed ? connectors.allowListed : connectors.public);
  }

  /** The addresses of a name that pass, at least one. Rejects with RefusedTargetError if none does. */
  async #checkedAddresses(host: string, onlyAllowListed: boolean): Promise<LookupAddress[]> {
    const passed = await allowedAddresses(host, this.#rules, onlyAllowListed);
    return passed.map((address) => ({ address, family: isIP(address) }));
  }

  /** The `lookup` of a socket: the addresses that pass, which are the ones it connects to. */
  #guardedLookup(onlyAllowListed: boolean): LookupFunction {
    return (host, lookupOptions, callback) => {
      this.#checkedAddresses(host, onlyAllowListed).then(
        (addresses) => {
          const [first = { address: '', family: 0 }] = addresses;
          if (lookupOptions.all === true) callback(null, addresses);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => {
          callback(error instanceof Error ? error : new Error(String(error)), []);
        },
      );
    };
  }
}
