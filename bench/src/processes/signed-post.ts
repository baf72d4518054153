import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';

/** As many sockets to one outlet as Newsrelay opens. */
const SOCKETS_PER_OUTLET = 8;

const agent = new Agent({ connections: SOCKETS_PER_OUTLET });
const KEY = Buffer.alloc(32, 7);

/** One push as Standard Webhooks 1.0 wants it. @throws Error unless the answer is a 2xx */
export async function signedPost(url: string, id: string, body: string): Promise<void> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', KEY).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64');
  await plainPost(url, body, {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  });
}

/** One POST and nothing more. @throws Error unless the answer is a 2xx */
export async function plainPost(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await request(url, {
    dispatcher: agent,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  await answer.body.dump();
  if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`${url}: ${answer.statusCode}`);
}
