import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MAX_ARTICLE_BYTES, MAX_PAGE_BYTES } from '@newsrelay/contracts/article';
import { Problem } from '@newsrelay/contracts/problem';

export const JSON_TYPE = 'application/json';
export const MERGE_PATCH_TYPE = 'application/merge-patch+json';
export const NINJS_TYPE = 'application/vnd.iptc.ninjs+json';
export const PAGE_TYPES = ['text/plain', 'text/markdown'];

/** Bytes to text; a byte-order mark is dropped. @throws Problem 400 for bytes that are no UTF-8 */
export function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, 'The body is not valid UTF-8: send it as UTF-8.', [
      { path: '', message: 'is not valid UTF-8' },
    ]);
  }
}

/** Objects and arrays within each other, at most: what walks a body by recursion must come to an end. */
const MAX_NESTING = 100;

/** Of JSON that was parsed already, so that every string in it ends. */
function isNestedTooDeep(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') {
      depth += 1;
      if (depth > MAX_NESTING) return true;
    } else if (character === ']' || character === '}') depth -= 1;
  }
  return false;
}

function parseJson(text: string): unknown {
  // An empty body is "no body": calls such as pause and retry need none, and the others' schemas say what is missing.
  if (text.trim() === '') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Problem(
      400,
      `The body is not valid JSON: ${error instanceof Error ? error.message : 'unreadable'}`,
    );
  }
  if (isNestedTooDeep(text)) throw new Problem(400, `The body is nested more than ${MAX_NESTING} deep.`);
  return parsed;
}

/** A body that could not be read: refused by the media type guard, once it is known whether the route takes its type at all. */
export class UnreadableBody {
  constructor(readonly problem: Problem) {}
}

function readOrKeepRefusal(read: () => unknown): Promise<unknown> {
  try {
    return Promise.resolve(read());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return Promise.resolve(new UnreadableBody(error));
  }
}

/** RFC 9110, section 8.3.2: a charset that is named must be the one we read. */
function refuseOtherCharsets(contentType: string | undefined): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new Problem(415, `The charset ${charset} is not taken: send UTF-8.`);
  }
}

/** JSON up to 1 MiB, newspaper pages as text up to 4 MiB; anything else is answered 415, anything longer 413. */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    [JSON_TYPE, MERGE_PATCH_TYPE, NINJS_TYPE],
    { parseAs: 'buffer', bodyLimit: MAX_ARTICLE_BYTES },
    async (request: FastifyRequest, body: Buffer) => {
      refuseOtherCharsets(request.headers['content-type']);
      return readOrKeepRefusal(() => parseJson(decodeUtf8(body)));
    },
  );
  fastify.addContentTypeParser(
    PAGE_TYPES,
    { parseAs: 'buffer', bodyLimit: MAX_PAGE_BYTES },
    async (request: FastifyRequest, body: Buffer) => {
      refuseOtherCharsets(request.headers['content-type']);
      return readOrKeepRefusal(() => decodeUtf8(body));
    },
  );
}
