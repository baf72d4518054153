import { connect } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  /** Names in small letters; every line of a field that came more than once. */
  headers: Map<string, string[]>;
  /** All that came after the head until the connection was closed. */
  body: Buffer;
}

/** One request on a socket of its own, written as it is told: no client adds or reads anything. */
export async function rawRequest(
  port: number,
  line: string,
  headers: readonly string[] = [],
): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  const socket = connect(port, '127.0.0.1');
  const head = [`${line} HTTP/1.1`, 'Host: news.example', 'Connection: close', ...headers];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) throw new Error(`no answer to ${line}`);
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const fields = new Map<string, string[]>();
  for (const field of lines) {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon).toLowerCase();
    fields.set(name, [...(fields.get(name) ?? []), field.slice(colon + 1).trim()]);
  }
  return { status: Number(first.split(' ')[1]), headers: fields, body: bytes.subarray(end + 4) };
}
