import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it was received; ids are hex, `parentSpanId` is empty for a root. */
export interface ReceivedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** OTLP's numbers: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  attributes: Record<string, string | number | boolean>;
  /** 2 is an error. */
  status: number;
}

/** Takes OTLP/HTTP traces as protobuf (opentelemetry-proto, `trace/v1/trace.proto`), on a free port of loopback. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly headers: Record<string, string | string[] | undefined>[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const fits =
          request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf';
        if (fits) this.spans.push(...spansOf(Buffer.concat(chunks)));
        this.headers.push(request.headers);
        response.writeHead(fits ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A protobuf message: by field number, varints and fixed ones as numbers, the rest as bytes. */
type Fields = Map<number, (number | Buffer)[]>;

const EMPTY: Fields = new Map();

function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  };
  const take = (length: number): Buffer => {
    const part = bytes.subarray(at, at + length);
    at += length;
    return part;
  };
  const read = (wire: number): number | Buffer => {
    if (wire === 0) return varint();
    if (wire === 1) return take(8).readDoubleLE();
    if (wire === 2) return take(varint());
    if (wire === 5) return take(4).readUInt32LE();
    throw new Error(`wire type ${wire} at byte ${at}`);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    fields.set(number, [...(fields.get(number) ?? []), read(tag % 8)]);
  }
  return fields;
}

const messages = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((value) => fieldsOf(value as Buffer));
const bytesIn = (fields: Fields, number: number): Buffer =>
  (fields.get(number)?.[0] as Buffer | undefined) ?? Buffer.alloc(0);
const numberIn = (fields: Fields, number: number): number =>
  (fields.get(number)?.[0] as number | undefined) ?? 0;

function attributesOf(fields: Fields, number: number): Record<string, string | number | boolean> {
  return Object.fromEntries(
    messages(fields, number).map((pair) => {
      const [value = EMPTY] = messages(pair, 2);
      const [text, yes, whole, real] = [1, 2, 3, 4].map((kind) => value.get(kind)?.[0]);
      const shown =
        text instanceof Buffer ? text.toString('utf8') : yes !== undefined ? yes === 1 : (whole ?? real);
      return [bytesIn(pair, 1).toString('utf8'), shown as string | number | boolean];
    }),
  );
}

function spansOf(body: Buffer): ReceivedSpan[] {
  return messages(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const [resource = EMPTY] = messages(resourceSpans, 1);
    const service = String(attributesOf(resource, 1)['service.name']);
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => ({
        service,
        traceId: bytesIn(span, 1).toString('hex'),
        spanId: bytesIn(span, 2).toString('hex'),
        parentSpanId: bytesIn(span, 4).toString('hex'),
        name: bytesIn(span, 5).toString('utf8'),
        kind: numberIn(span, 6),
        attributes: attributesOf(span, 9),
        status: numberIn(messages(span, 15)[0] ?? EMPTY, 3),
      }));
  });
}
