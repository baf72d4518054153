import type { ServerResponse } from 'node:http';

/** Bytes that may wait in this process for one reader; a reader that is further behind is cut, and comes back by itself. */
const MAX_WAITING_BYTES = 256 * 1024;
/** Browsers wait so long before they come back, milliseconds. */
const RETRY_MS = 2_000;

/** One stream of server-sent events (HTML Standard, section 9.2), written to a response that is ours alone. */
export class EventStream {
  #ended = false;

  /** `onEnd` is called once, whoever ends it: the reader, the network, or we. */
  constructor(
    private readonly response: ServerResponse,
    private readonly onEnd: () => void,
  ) {
    response.once('close', () => {
      this.#end();
    });
    response.on('error', () => {
      this.#end();
    });
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Gateways that gather answers before they pass them on (nginx) are told not to.
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    this.#write(`retry: ${RETRY_MS}\n\n`);
    // A connection that broke before we looked tells nobody any more.
    if (response.destroyed || response.closed) this.#end();
  }

  /** `id` is what the reader sends as `Last-Event-ID` when it comes back. */
  send(event: string, data: unknown, id?: string): void {
    // JSON has no line breaks outside its escapes: one data line always.
    this.#write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Nothing for the page; shows everybody on the way that the stream lives. */
  beat(): void {
    this.#write(':\n\n');
  }

  /** Says goodbye: the reader comes back after its time, and asks for a key if it needs one. */
  close(): void {
    if (this.#ended) return;
    this.response.end();
    this.#end();
  }

  #write(text: string): void {
    if (this.#ended) return;
    this.response.write(text);
    if (this.response.writableLength > MAX_WAITING_BYTES) {
      this.response.destroy();
      this.#end();
    }
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd();
  }
}
