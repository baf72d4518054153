import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/**
 * Baidu's interface as its platform describes it ("API 提交": 接口调用地址, 推送示例, 推送反馈), with no code of the
 * connector's. The quota is of the day and counts addresses that were taken.
 */
export class LinkPlatform {
  readonly site = 'https://news.example';
  readonly token = 'edk7yc4rEZP9pDQD';
  readonly taken: string[] = [];
  readonly takenDaily: string[] = [];
  readonly complaints: string[] = [];
  remain = 100;
  remainDaily = 10;
  /** Answers this instead of looking at the request. */
  answersNext: Answer | null = null;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/urls`;
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = this.answersNext;
    this.answersNext = null;
    if (asked !== null) return asked;
    const refuse = (error: number, message: string): Answer => {
      this.complaints.push(message);
      return { status: error, body: { error, message } };
    };
    const url = new URL(request.url ?? '/', 'http://platform');
    if (request.method !== 'POST' || url.pathname !== '/urls') return refuse(404, 'not found');
    if (request.headers['content-type'] !== 'text/plain') return refuse(400, 'Content-Type: text/plain');
    for (const name of url.searchParams.keys())
      if (!['site', 'token', 'type'].includes(name)) return refuse(400, `no parameter ${name}`);
    if (url.searchParams.get('token') !== this.token) return refuse(401, 'token is not valid');
    if (url.searchParams.get('site') !== this.site) return refuse(400, 'site error');
    const lines = Buffer.concat(chunks)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    if (lines.length === 0) return refuse(400, 'empty content');
    if (lines.length > 2_000) return refuse(400, 'only 2000 urls are allowed once');
    return this.#take(lines, url.searchParams.get('type') === 'daily');
  }

  #take(lines: readonly string[], daily: boolean): Answer {
    const isAddress = (line: string) => /^https?:\/\/[\x21-\x7e]+$/.test(line);
    const notValid = lines.filter((line) => !isAddress(line));
    const foreign = lines.filter((line) => isAddress(line) && !line.startsWith(`${this.site}/`));
    const own = lines.filter((line) => isAddress(line) && line.startsWith(`${this.site}/`));
    const left = daily ? this.remainDaily : this.remain;
    if (own.length > left) return { status: 400, body: { error: 400, message: 'over quota' } };
    if (daily) {
      this.remainDaily -= own.length;
      this.takenDaily.push(...own);
    } else {
      this.remain -= own.length;
      this.taken.push(...own);
    }
    const counted = daily
      ? { remain_daily: this.remainDaily, success_daily: own.length, remain: this.remain, success: 0 }
      : { remain: this.remain, success: own.length };
    return { status: 200, body: { ...counted, not_same_site: foreign, not_valid: notValid } };
  }
}
