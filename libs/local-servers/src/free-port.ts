import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below every usual range for outgoing connections (Linux from 32768, macOS from 49152): while a server is
 * down, no client's connection can take the port that it is to come back on.
 */
const LOWEST = 10_240;
const HIGHEST = 32_767;
const TRIES = 200;

/** A TCP port of the loopback interface that nobody listens on at this moment. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await isPortFree(port, host)) return port;
  }
  throw new Error(`no free port of ${host} found between ${LOWEST} and ${HIGHEST}`);
}

/** Whether a server could listen on this port now; errors other than "in use" pass through. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
