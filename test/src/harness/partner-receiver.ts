import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One push as the partner saw it arrive, whole. */
export interface Push {
  webhookId: string;
  path: string;
  at: number;
  headers: IncomingMessage['headers'];
  body: string;
  event: { type: string; timestamp: string; data: PushData };
}

export interface PushData {
  article: {
    uri: string;
    version: string;
    pubStatus?: string;
    headlines?: { role?: string; value: string }[];
  };
  version: number;
  previousVersion: number | null;
  sequence: number;
  note: string | null;
}

export type Behaviour = (push: Push, response: ServerResponse) => void;

export const accept: Behaviour = (_push, response) => {
  response.writeHead(200).end('ok');
};

/** A partner's site: keeps every push that arrived whole, and answers as it is told. */
export class PartnerReceiver {
  readonly pushes: Push[] = [];
  behaviour: Behaviour = accept;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const push: Push = {
          webhookId: String(request.headers['webhook-id']),
          path: request.url ?? '',
          at: performance.now(),
          headers: request.headers,
          body,
          event: JSON.parse(body) as Push['event'],
        };
        this.pushes.push(push);
        this.behaviour(push, response);
      });
      request.on('error', () => undefined);
    });
  }

  static async start(): Promise<PartnerReceiver> {
    const receiver = new PartnerReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** Pushes of one article, by the id in its ninjs item. */
  of(articleId: string): Push[] {
    return this.pushes.filter((push) => push.event.data.article.uri === `urn:uuid:${articleId}`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
