import type { FastifyInstance } from 'fastify';

/** The path of a request's target as routes are matched: without its query, percent signs decoded but for reserved characters. */
export function pathOf(target: string): string {
  const path = target.split('?')[0] ?? '';
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** `*`, a parameter, or a parameter with a pattern of its own (`:number(^\\d+)`, without brackets in it). */
const PARAMETER = /(:[A-Za-z]+(?:\(\^[^()]*\))?|\*)/;

/** The pattern of one part of a route: of text itself, or of what takes a parameter's place. */
function patternOf(part: string): string {
  if (part === '*') return '.*';
  if (part.startsWith(':')) return /\(\^([^()]*)\)$/.exec(part)?.[1] ?? '[^/]+';
  return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** Which methods each path answers, so that a wrong one is told 405 with Allow (RFC 9110, section 15.5.6). */
export class RouteTable {
  readonly #routes: { pattern: RegExp; method: string }[] = [];

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      // What answers everything tells nothing of what is there.
      if (url === '*' || url === '/*') return;
      const pattern = new RegExp(`^${url.split(PARAMETER).map(patternOf).join('')}$`);
      for (const name of [method].flat()) this.#routes.push({ pattern, method: name });
    });
  }

  /** Methods that `path` answers; empty where nothing is there. */
  methodsOf(path: string): string[] {
    const methods = this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(methods)].sort();
  }
}
