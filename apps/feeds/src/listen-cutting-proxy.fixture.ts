import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between a process and PostgreSQL and can cut off its LISTEN connection alone: frozen, it stays open and says
 * nothing, which is how a half-open connection looks.
 */
export class ListenCuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #frozen = false;
  /** Messages that pool connections sent to the server. */
  queries = 0;

  constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.#sockets.delete(socket));
      }
      let listens: boolean | undefined;
      client.on('data', (bytes) => {
        // The startup message names the application.
        listens ??= bytes.includes('newsrelay-listen');
        if (listens && this.#frozen) return;
        if (!listens) this.queries += 1;
        upstream.write(bytes);
      });
      upstream.on('data', (bytes) => {
        if (!(listens === true && this.#frozen)) client.write(bytes);
      });
      client.on('end', () => upstream.end());
      upstream.on('end', () => client.end());
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  urlOf(target: string): string {
    const url = new URL(target);
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
