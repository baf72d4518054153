import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What went through: enough to say whether a reader asked with what it knew, and what it was told. */
export interface Exchange {
  path: string;
  /** Whether the request named an entity tag or a date. */
  conditional: boolean;
  status: number;
}

/** Stands before a service under an address of its own and writes down what is asked and answered; changes neither. */
export class RecordingGateway {
  readonly exchanges: Exchange[] = [];
  /** Origin of the service behind. */
  target = '';

  private constructor(private readonly server: Server) {}

  static async start(): Promise<RecordingGateway> {
    const server = createServer();
    const gateway = new RecordingGateway(server);
    server.on('request', (asked, answer) => {
      gateway.#pass(asked, answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A spec that could not begin must not wait for it.
    server.unref();
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, headers, url = '/' } = asked;
    const behind = request(new URL(url, this.target), { method, headers }, (answered) => {
      const status = answered.statusCode ?? 0;
      const conditional =
        headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined;
      this.exchanges.push({ path: url, conditional, status });
      answer.writeHead(status, answered.rawHeaders);
      answered.pipe(answer);
    });
    behind.on('error', (error) => answer.destroy(error));
    asked.pipe(behind);
  }
}
