import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { Content } from '../checker/records.js';

interface Push {
  readonly type: string;
  readonly data: {
    readonly article: {
      readonly uri: string;
      readonly headlines?: readonly { readonly role?: string; readonly value: string }[];
    };
    readonly version: number;
  };
}

/** What a body that came whole says, its signature looked at by the library that partners use. */
export function readContent(body: Buffer, headers: IncomingHttpHeaders, secret: string): Content {
  const text = body.toString('utf8');
  const { type, data } = JSON.parse(text) as Push;
  return {
    digest: createHash('sha256').update(body).digest('hex'),
    signatureValid: isSigned(text, headers, secret),
    action: type === 'article.withdrawn' ? 'withdraw' : 'publish',
    articleId: data.article.uri.replace('urn:uuid:', ''),
    version: data.version,
    headline: data.article.headlines?.find(({ role }) => role === 'main')?.value ?? null,
  };
}

function isSigned(body: string, headers: IncomingHttpHeaders, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
