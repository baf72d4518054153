import { lookup, Resolver } from 'node:dns/promises';
import { addressesOfLocalhost } from './target-rules.js';

/** All addresses of a host name. Rejects if it has none. */
export type ResolveName = (host: string) => Promise<readonly string[]>;

/** Milliseconds a name server has for its first answer; c-ares doubles it for the second try. */
const NAME_SERVER_TIMEOUT_MS = 1500;

/**
 * Resolves by c-ares, then by the system's own `getaddrinfo`, which knows the hosts file and search domains.
 *
 * `getaddrinfo` blocks one of the four threads that all file I/O of the process shares, for as long as the outlet's name
 * server likes: it comes second, one name at a time and each name once, so that names without an answer stall each
 * other and nothing else.
 *
 * @param servers name servers (`ADDRESS` or `ADDRESS:PORT`) instead of the system's
 */
export function systemResolver(servers: readonly string[] = []): ResolveName {
  const resolver = new Resolver({ timeout: NAME_SERVER_TIMEOUT_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  const inFlight = new Map<string, Promise<readonly string[]>>();
  let lastSystemLookup: Promise<unknown> = Promise.resolve();

  async function resolve(host: string): Promise<readonly string[]> {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length > 0) return found;
    const turn = lastSystemLookup.then(() => lookup(host, { all: true, order: 'ipv4first' }));
    lastSystemLookup = turn.catch(() => undefined);
    return (await turn).map(({ address }) => address);
  }

  return async (host) => {
    const localhost = addressesOfLocalhost(host);
    if (localhost !== null) return localhost;
    const running = inFlight.get(host);
    if (running !== undefined) return running;
    const begun = resolve(host).finally(() => inFlight.delete(host));
    inFlight.set(host, begun);
    return begun;
  };
}
