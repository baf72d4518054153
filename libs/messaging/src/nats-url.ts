import type { NodeConnectionOptions } from '@nats-io/transport-node';

export class InvalidNatsUrl extends Error {
  override readonly name = 'InvalidNatsUrl';
}

type ServerOptions = Pick<NodeConnectionOptions, 'servers' | 'user' | 'pass' | 'token' | 'tls'>;

/**
 * Splits `nats://user:password@host:port`, `nats://token@host` or `tls://host` into the client's options.
 * The client itself drops what stands before the `@`. Several servers of one cluster are separated by
 * commas and share the first one's credentials.
 *
 * @throws InvalidNatsUrl without ever repeating the URL, which may hold a password
 */
export function natsOptionsOf(url: string): ServerOptions {
  const urls = url.split(',').map(parse);
  const [first] = urls;
  if (first === undefined) throw new InvalidNatsUrl('the NATS URL is empty');
  const user = decodeURIComponent(first.username);
  const pass = decodeURIComponent(first.password);
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port === '' ? '4222' : port}`),
    ...(pass !== '' ? { user, pass } : user !== '' ? { token: user } : {}),
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
  };
}

/** Host and port, for log lines: never the credentials. */
export function serverNamesOf(url: string): string {
  const { servers } = natsOptionsOf(url);
  return Array.isArray(servers) ? servers.join(', ') : (servers ?? '');
}

function parse(text: string): URL {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !['nats:', 'tls:'].includes(url.protocol) || url.hostname === '') {
    throw new InvalidNatsUrl('a NATS URL reads nats://[user:password@|token@]host[:port] or tls://…');
  }
  return url;
}
