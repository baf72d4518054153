import type { FastifyRequest } from 'fastify';

/** Browsers name HTML; programs, which name JSON or nothing, get problem details as everywhere. */
export function isForPeople({ headers }: FastifyRequest): boolean {
  return /\btext\/html\b/i.test(headers.accept ?? '');
}

/**
 * A person has opened this address in a browser (Fetch Metadata Request Headers, `Sec-Fetch-Dest` and `-Mode`). No feed
 * reader, validator or script says so: pages cannot set these fields.
 */
export function isOpenedInBrowser({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['sec-fetch-dest'] === 'document' && headers['sec-fetch-mode'] === 'navigate';
}

/** Chinese, unless another language is asked for first. */
export function languageOf({ headers }: FastifyRequest): string {
  const first = headers['accept-language']?.split(/[,;]/)[0]?.trim() ?? '';
  return /^(?:$|\*|zh\b)/i.test(first) ? 'zh-CN' : 'en';
}
