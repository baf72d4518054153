import { get } from 'node:http';

/** Longer than the slowest reading of a gauge there. */
const TIMEOUT_MS = 4_000;

/** What the worker process measured; nothing if it does not answer, which its own heartbeat shows. */
export async function metricsOf(port: number, key: string): Promise<string[]> {
  // Node's own client: this asks our own process on loopback, which the guarded client is there to refuse.
  const text = await new Promise<string | null>((resolve) => {
    const request = get(
      {
        port,
        host: '127.0.0.1',
        path: '/metrics',
        timeout: TIMEOUT_MS,
        headers: { authorization: `Bearer ${key}` },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          resolve(answer.statusCode === 200 ? Buffer.concat(chunks).toString('utf8') : null);
        });
        answer.on('error', () => {
          resolve(null);
        });
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => {
      resolve(null);
    });
  });
  return text === null ? [] : [text];
}
