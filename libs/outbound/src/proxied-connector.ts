import type { LookupAddress } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { ProxyRules } from './proxy-rules.js';
import type { CheckedTarget } from './target-rules.js';
import { authorityOf, opened, openTunnel } from './tunnel.js';

/** Addresses of one name that the proxy is asked for, one after the other. */
const ADDRESSES_TRIED = 4;
/** Milliseconds of silence after which TCP asks whether the other end is there. */
const TCP_KEEP_ALIVE_MS = 60_000;

/** Addresses of a name that pass the rules, at least one. Rejects with RefusedTargetError if none does. */
export type CheckedAddresses = (host: string, onlyAllowListed: boolean) => Promise<LookupAddress[]>;

export interface ProxiedConnectorOptions {
  rules: ProxyRules;
  checkedAddresses: CheckedAddresses;
  /** Milliseconds for name, proxy and tunnel; TLS with the outlet has as long again. */
  timeoutMs: number;
  /** TLS with the outlet: what `buildConnector` is given. */
  tls: buildConnector.BuildOptions;
  /** Certificate authorities (PEM) of the proxy instead of the system's. */
  ca: readonly string[] | undefined;
}

/** Connects to addresses that were checked, and to no other. */
async function connectTo(
  addresses: readonly LookupAddress[],
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const lookup: LookupFunction = (_host, { all }, callback) => {
    const [first = { address: '', family: 0 }] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
  return opened(connect({ host: 'checked.invalid', port, lookup }), 'connect', signal);
}

/**
 * How undici gets a socket through a forward proxy. Targets are under the same rules as without one: a name is resolved
 * and checked here, and the proxy is asked for the address that passed, so that nothing can change in between; TLS is
 * with the outlet itself, under its own name.
 */
export function proxiedConnector(
  options: ProxiedConnectorOptions,
): (target: CheckedTarget) => buildConnector.connector {
  const { rules, checkedAddresses, timeoutMs, ca } = options;
  const secure = buildConnector({ ...options.tls, timeout: timeoutMs });

  async function tunnel(hosts: readonly string[], port: number, signal: AbortSignal): Promise<Socket> {
    let failure: unknown;
    for (const host of hosts.slice(0, ADDRESSES_TRIED)) {
      try {
        return await openTunnel(rules.proxy, authorityOf(host, port), ca, signal);
      } catch (error) {
        failure = error;
        if (signal.aborted) break;
      }
    }
    throw failure;
  }

  async function open(target: CheckedTarget, port: number, signal: AbortSignal): Promise<Socket> {
    const { host, isAddress, onlyAllowListed } = target;
    if (!isAddress && rules.isResolvedByProxy(host, onlyAllowListed)) return tunnel([host], port, signal);
    const addresses = isAddress
      ? [{ address: host, family: isIP(host) }]
      : await withinTime(checkedAddresses(host, onlyAllowListed), signal);
    const direct = rules.isDirectName(host)
      ? addresses
      : addresses.filter(({ address }) => rules.isDirectAddress(address));
    if (direct.length > 0) return connectTo(direct, port, signal);
    return tunnel(
      addresses.map(({ address }) => address),
      port,
      signal,
    );
  }

  return (target) => (wanted, callback) => {
    const isSecure = wanted.protocol === 'https:';
    const signal = AbortSignal.timeout(timeoutMs);
    const port = wanted.port === '' ? (isSecure ? 443 : 80) : Number(wanted.port);
    open(target, port, signal).then(
      (socket) => {
        if (isSecure) {
          secure({ ...wanted, httpSocket: socket }, callback);
          return;
        }
        socket.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_MS);
        callback(null, socket);
      },
      (error: unknown) => {
        const told = error instanceof Error ? error : new Error(String(error));
        if (signal.aborted) told.message = `none within ${timeoutMs} ms: ${told.message}`;
        callback(told, null);
      },
    );
  };
}

async function withinTime<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(new Error('the name did not resolve in time'));
  };
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([answer, late]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
