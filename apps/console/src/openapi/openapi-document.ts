import { VERSION } from '@newsrelay/service-process/version';
import { SessionCookie } from '@newsrelay/http-api/session-cookie';
import { OPERATIONS, type Operation } from './operations.js';

/** Answers that any guarded call may give, as problem details. */
const PROBLEMS = {
  400: 'Malformed JSON, UTF-8 or cursor',
  401: 'The key is missing or not known',
  403: 'The role of the key may not; `detail` says which may',
  404: 'Not there',
  409: 'Wrong state, or an id that is taken',
  413: 'Too large',
  415: 'Media type that is not taken',
  422: 'Wrong content: `errors` names each field',
  503: 'PostgreSQL is away',
};

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: {
          path: { type: 'string', description: 'JSON Pointer (RFC 6901)' },
          message: { type: 'string' },
        },
      },
    },
  },
};

/** The OpenAPI 3.1 document of the public API. */
export function openapiDocument(publicUrl: string) {
  const cookieName = new SessionCookie(publicUrl).name;
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS)
    (paths[operation.path] ??= {})[operation.method] = operationObject(operation);
  return {
    openapi: '3.1.0',
    info: { title: 'Newsrelay', version: VERSION, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: publicUrl }],
    security: [{ key: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: cookieName,
          description: 'Set by POST /session; changes need Sec-Fetch-Site or Origin of the page besides.',
        },
      },
      schemas: { Problem: PROBLEM_SCHEMA },
    },
  };
}

function operationObject(operation: Operation) {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const optional = (place: 'query' | 'header', named: Record<string, string> = {}) =>
    Object.entries(named).map(([name, description]) => ({
      name,
      in: place,
      required: description === 'required',
      schema: { type: 'string' },
      ...(description === '' ? {} : { description }),
    }));
  return {
    summary: operation.summary,
    ...(operation.open === true ? { security: [] } : {}),
    parameters: [...inPath, ...optional('query', operation.query), ...optional('header', operation.headers)],
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: operation.body.required ?? false,
            content: Object.fromEntries(
              operation.body.types.map((type) => [type, { schema: operation.body?.schema }]),
            ),
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, description]) => [status, { description }]),
      ),
      ...(operation.open === true
        ? {}
        : Object.fromEntries(
            Object.entries(PROBLEMS).map(([status, description]) => [
              status,
              {
                description,
                content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
              },
            ]),
          )),
    },
  };
}
