import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { PartnerRecord, PartnerRecordFile } from './partner-records.js';
import { recordsPage } from './partner-page.js';

/** Larger than any article can be, in bytes. */
const MAX_BODY = 8 * 1024 * 1024;

const RETRY_AFTER_SECONDS = 1;

const push = z.object({
  type: z.enum(['article.published', 'article.updated', 'article.withdrawn', 'channel.test']),
  timestamp: z.iso.datetime({ offset: true }),
  data: z.object({
    version: z.number().int().positive(),
    article: z.object({
      uri: z.string().regex(/^urn:uuid:[0-9a-f-]{36}$/),
      version: z.string(),
      pubStatus: z.string(),
      headlines: z.array(z.object({ role: z.string().optional(), value: z.string() })).default([]),
    }),
  }),
});

/**
 * A partner's site that takes pushes, strict as a good one is: the signature must fit (Standard Webhooks 1.0,
 * checked by that project's own library), the body must be what was agreed, and what it has taken once it
 * does not take again. For the first seconds of its life it is closed (503), so that waiting and recovery are seen.
 *
 * @param closedForMs counted from the first delivery that it ever got
 */
export function createPartnerReceiver(
  signingSecret: string,
  records: PartnerRecordFile,
  closedForMs: number,
): Server {
  const webhook = new Webhook(signingSecret);
  return createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://partner').pathname;
    if (request.method === 'POST' && path === '/hook') {
      take(request, webhook, records, closedForMs)
        .then((entry) => {
          records.add(entry);
          if (entry.status === 503) response.setHeader('retry-after', RETRY_AFTER_SECONDS);
          answer(response, entry.status, 'text/plain; charset=utf-8', `${entry.reason ?? entry.result}\n`);
        })
        // The sender hung up in the middle of its body, or the disk is full: the sender comes again.
        .catch(() => response.destroy());
    } else if (request.method === 'GET' && path === '/records.json') {
      answer(response, 200, 'application/json', JSON.stringify(records.all));
    } else if (request.method === 'GET' && path === '/') {
      answer(response, 200, 'text/html; charset=utf-8', recordsPage(records.all));
    } else {
      answer(
        response,
        404,
        'text/plain; charset=utf-8',
        'There is / and /records.json; pushes go to /hook.\n',
      );
    }
  });
}

async function take(
  request: IncomingMessage,
  webhook: Webhook,
  records: PartnerRecordFile,
  closedForMs: number,
): Promise<PartnerRecord> {
  const body = await readBody(request);
  const header = (name: string): string => String(request.headers[name] ?? '');
  const entry: PartnerRecord = {
    at: new Date().toISOString(),
    webhookId: header('webhook-id'),
    result: 'refused',
    status: 400,
    reason: null,
    type: null,
    uri: null,
    version: null,
    headline: null,
  };
  if (body === null) return { ...entry, status: 413, reason: 'too large' };
  if (!header('content-type').startsWith('application/json')) {
    return { ...entry, status: 415, reason: `content-type "${header('content-type')}"` };
  }
  let payload: unknown;
  try {
    payload = webhook.verify(body, {
      'webhook-id': header('webhook-id'),
      'webhook-timestamp': header('webhook-timestamp'),
      'webhook-signature': header('webhook-signature'),
    });
  } catch (error) {
    return { ...entry, reason: `signature: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = push.safeParse(payload);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ...entry, status: 422, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
  }
  const { type, data } = parsed.data;
  const { headlines, uri } = data.article;
  const headline = (headlines.find(({ role }) => role === 'main') ?? headlines[0])?.value ?? null;
  const known = { ...entry, type, uri, version: data.version, headline };
  const [first] = records.all;
  if (first === undefined || Date.parse(entry.at) - Date.parse(first.at) < closedForMs) {
    return { ...known, status: 503, reason: 'closed for maintenance, open again in some seconds' };
  }
  return { ...known, status: 200, result: records.wasTaken(entry.webhookId) ? 'repeated' : 'taken' };
}

/** @returns null when the body is larger than anything agreed on */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text);
}
