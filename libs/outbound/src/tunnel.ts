import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ProxyAddress } from './proxy-rules.js';

/** Bytes of the head of a proxy's answer at most. */
const MAX_HEAD_BYTES = 16 * 1024;

const ADVICE: Readonly<Record<number, string>> = {
  403: 'its rules do not let us there',
  407: 'it asks for other credentials than NEWSRELAY_OUTBOUND_PROXY has',
};

/** An address and a port as one (RFC 3986, `authority`). */
export function authorityOf(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Waits until a socket that was just made is open; destroys it if that fails.
 * @param event `connect`, or `secureConnect` of a TLS socket
 * @throws what the socket failed with, or an AbortError
 */
export async function opened<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  // Whoever gets the socket listens too; in between nothing may end the process.
  socket.on('error', () => undefined);
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

async function connectToProxy(
  proxy: ProxyAddress,
  ca: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const { host, port } = proxy;
  if (!proxy.secure) return opened(connectTcp({ host, port }), 'connect', signal);
  const socket = connectTls({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  return opened(socket, 'secureConnect', signal);
}

/**
 * A connection through the proxy to `authority` (RFC 9110, section 9.3.6, CONNECT). The proxy's own address is under no
 * rules of targets: whoever runs Newsrelay chose it.
 *
 * @param ca certificate authorities (PEM) for a proxy that is reached by TLS, instead of the system's
 * @throws Error that says what the proxy said or did, without its credentials
 */
export async function openTunnel(
  proxy: ProxyAddress,
  authority: string,
  ca: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const name = `the proxy ${authorityOf(proxy.host, proxy.port)}`;
  let socket: Socket;
  try {
    socket = await connectToProxy(proxy, ca, signal);
  } catch (error) {
    throw new Error(`${name} is not reached: ${reasonOf(error)}`, { cause: error });
  }
  try {
    const asked = httpRequest({
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        connection: 'keep-alive',
        ...(proxy.authorization === null ? {} : { 'proxy-authorization': proxy.authorization }),
      },
      createConnection: () => socket,
      maxHeaderSize: MAX_HEAD_BYTES,
    });
    asked.on('error', () => undefined);
    asked.end();
    const [answer, , ahead] = (await once(asked, 'connect', { signal })) as [IncomingMessage, Socket, Buffer];
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) {
      throw new Error(`${name} refuses ${authority}: ${ADVICE[status] ?? 'it answers'} (${status})`);
    }
    // In neither protocol the outlet speaks first: what comes ahead of our first byte is no answer to us.
    if (ahead.length > 0) throw new Error(`${name} sent bytes ahead of the outlet's`);
    return socket;
  } catch (error) {
    socket.destroy();
    if (error instanceof Error && error.message.startsWith(name)) throw error;
    throw new Error(`${name} gives no connection to ${authority}: ${reasonOf(error)}`, { cause: error });
  }
}
