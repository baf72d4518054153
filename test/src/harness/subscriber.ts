import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pollUntil } from '@newsrelay/local-servers/poll-until';

/** A question that the hub asked a callback: verification of an intent, or a denial. */
export interface Question {
  path: string;
  /** As it came, the callback's own parameters included. */
  query: URLSearchParams;
  at: number;
}

/** Content that was pushed to a callback. */
export interface HubPush {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  at: number;
}

export type Answering = (response: ServerResponse, question: Question) => void;
export type Taking = (response: ServerResponse, push: HubPush) => void;

export const confirm: Answering = (response, { query }) => {
  response.writeHead(200).end(query.get('hub.challenge') ?? '');
};
const take: Taking = (response) => {
  response.writeHead(204).end();
};

/** A subscriber's server: any number of callbacks, each with an answer of its own. */
export class Subscriber {
  readonly questions: Question[] = [];
  readonly pushes: HubPush[] = [];
  readonly #answers = new Map<string, Answering>();
  readonly #takes = new Map<string, Taking>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://subscriber');
      const chunks: Buffer[] = [];
      request.on('error', () => undefined);
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = url.pathname;
        const at = performance.now();
        if (request.method === 'GET') {
          const question = { path, query: url.searchParams, at };
          this.questions.push(question);
          (this.#answers.get(path) ?? confirm)(response, question);
        } else {
          const push = { path, headers: request.headers, body: Buffer.concat(chunks), at };
          this.pushes.push(push);
          (this.#takes.get(path) ?? take)(response, push);
        }
      });
    });
  }

  static async start(): Promise<Subscriber> {
    const subscriber = new Subscriber();
    await new Promise<void>((resolve) => subscriber.#server.listen(0, '127.0.0.1', resolve));
    return subscriber;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  answers(path: string, answer: Answering): void {
    this.#answers.set(path, answer);
  }

  takes(path: string, taking: Taking): void {
    this.#takes.set(path, taking);
  }

  questionsAt(path: string, mode?: string): Question[] {
    return this.questions.filter(
      (question) => question.path === path && (mode === undefined || question.query.get('hub.mode') === mode),
    );
  }

  pushesAt(path: string): HubPush[] {
    return this.pushes.filter((push) => push.path === path);
  }

  /** The first push after `known` whose body holds the text. */
  async pushWith(path: string, text: string, timeoutMs = 15_000): Promise<HubPush> {
    return pollUntil(
      `a push at ${path} with ${text}`,
      () => Promise.resolve(this.pushesAt(path).find(({ body }) => body.includes(text))),
      { timeoutMs },
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
