import type { IncomingMessage } from 'node:http';
import { FEED_TOKEN_PREFIX } from '@newsrelay/contracts/feed-token';

/** `/feeds/TOKEN/…`: what stands between, percent-encoded or not. */
const BELOW_FEEDS = /^\/feeds\/([^/?#]+)(?=\/)/;

const taken = new WeakMap<IncomingMessage, string>();

/**
 * Takes a partner's token out of the path of a request, before anything reads the address: `/feeds/TOKEN/daily.rss` becomes
 * `/feeds/daily.rss`, for routes as for logs, traces and metrics. For Fastify's `rewriteUrl`; returns the path that is left.
 */
export function takePathToken(request: IncomingMessage & { originalUrl?: string | undefined }): string {
  const { url = '/' } = request;
  const between = BELOW_FEEDS.exec(url)?.[1];
  if (between === undefined) return url;
  const token = decoded(between);
  if (!token.startsWith(FEED_TOKEN_PREFIX)) return url;
  taken.set(request, token);
  const left = url.replace(BELOW_FEEDS, '/feeds');
  // Fastify has put the address as it came here by now.
  request.originalUrl = left;
  return left;
}

/** The token that stood in the path of the request. */
export function pathTokenOf(request: IncomingMessage): string | undefined {
  return taken.get(request);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
