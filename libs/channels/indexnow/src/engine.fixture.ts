import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const KEY = /^[a-zA-Z0-9-]{8,128}$/;

/**
 * A search engine as indexnow.org describes it ("Documentation", "Submitting set of URLs", "Verifying ownership", response
 * codes), with no code of the connector's: it reads the key's file over HTTP like an engine, from the place that it is told.
 */
export class SearchEngine {
  /** Addresses that it took, in their order. */
  readonly heard: string[] = [];
  /** Requests that broke a rule, with the rule. */
  readonly complaints: string[] = [];
  /** Answers this instead of looking at the request. */
  answersNext: { status: number; headers?: Record<string, string> } | null = null;
  /** The first request for a key is answered before the key was looked for. */
  looksLater = false;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, headers }) => response.writeHead(status, headers).end());
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
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/indexnow`;
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; headers?: Record<string, string> }> {
    const text = await bodyOf(request);
    const asked = this.answersNext;
    this.answersNext = null;
    if (asked !== null) return asked;
    const refuse = (status: number, rule: string) => {
      this.complaints.push(rule);
      return { status };
    };
    if (request.method !== 'POST' || request.url !== '/indexnow') return refuse(400, 'POST /indexnow');
    if (!/^application\/json; charset=utf-8$/i.test(request.headers['content-type'] ?? ''))
      return refuse(400, 'Content-Type: application/json; charset=utf-8');
    let set: { host?: unknown; key?: unknown; keyLocation?: unknown; urlList?: unknown };
    try {
      set = JSON.parse(text) as typeof set;
    } catch {
      return refuse(400, 'JSON');
    }
    const { host, key, keyLocation, urlList } = set;
    if (typeof host !== 'string' || typeof key !== 'string' || !Array.isArray(urlList))
      return refuse(400, 'host, key and urlList');
    if (urlList.length === 0 || urlList.length > 10_000) return refuse(400, 'up to 10,000 URLs');
    if (!KEY.test(key)) return refuse(422, 'key of 8 to 128 characters a-z, A-Z, 0-9 and -');
    const location = typeof keyLocation === 'string' ? keyLocation : `https://${host}/${key}.txt`;
    const folder = location.slice(0, location.lastIndexOf('/') + 1);
    for (const url of urlList as unknown[]) {
      // RFC 3986: only ASCII, and already escaped.
      if (typeof url !== 'string' || !/^https?:\/\/[\x21-\x7e]+$/.test(url)) return refuse(400, 'RFC 3986');
      if (new URL(url).host !== host) return refuse(422, 'URLs belong to the host');
      if (!url.startsWith(folder)) return refuse(422, 'URLs lie below the folder of the key file');
    }
    if (this.looksLater) {
      this.looksLater = false;
      this.heard.push(...(urlList as string[]));
      return { status: 202 };
    }
    const file = await fetch(location).catch(() => undefined);
    if (file?.status !== 200 || (await file.text()).trim() !== key) return refuse(403, 'the key in its file');
    this.heard.push(...(urlList as string[]));
    return { status: 200 };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** A site that serves the file of one key. */
export class KeySite {
  /** What the file holds; null where there is none. */
  key: string | null = null;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      if (this.key === null || request.url !== `/paper/${this.key}.txt`) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(this.key);
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

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/paper`;
  }
}
