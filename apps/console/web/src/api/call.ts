import type { ProblemDetails } from '@newsrelay/contracts/problem';

/** A refusal of the API, or that it was not reached (`status` 0). */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly status: number,
    readonly problem: Partial<ProblemDetails>,
    /** Seconds after which it may be tried again, where the answer says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(problem.detail ?? `status ${status}`);
  }
}

type Hear = () => void;
const unauthorised = new Set<Hear>();

/** Called whenever an answer says that nobody is logged in any more. */
export function onUnauthorised(hear: Hear): () => void {
  unauthorised.add(hear);
  return () => {
    unauthorised.delete(hear);
  };
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  json?: unknown;
  signal?: AbortSignal | undefined;
}

/** One call of our own API, by the session's cookie. @throws ApiProblem */
export async function call<T>(path: string, { method = 'GET', json, signal }: CallOptions = {}): Promise<T> {
  const answer = await reach(path, {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(json === undefined
      ? {}
      : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
  throw await problemOf(answer, path);
}

/** A file of our own API, saved under this name. @throws ApiProblem */
export async function download(path: string, name: string): Promise<void> {
  const answer = await reach(path, { credentials: 'same-origin', cache: 'no-store' });
  if (!answer.ok) throw await problemOf(answer, path);
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser takes it over in its own time.
  window.setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}

async function problemOf(answer: Response, path: string): Promise<ApiProblem> {
  const problem = (await answer.json().catch(() => ({}))) as Partial<ProblemDetails>;
  const retryAfter = Number(answer.headers.get('retry-after'));
  if (answer.status === 401 && path !== '/session') for (const hear of [...unauthorised]) hear();
  return new ApiProblem(answer.status, problem, retryAfter > 0 ? retryAfter : null);
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, { detail: 'not reached' });
  }
}

/** A query string of what is set. */
export function queryOf(parameters: Record<string, string | number | null | undefined>): string {
  const set = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === null || value === '' ? [] : [[name, String(value)] as [string, string]],
  );
  return set.length === 0 ? '' : `?${new URLSearchParams(set).toString()}`;
}
