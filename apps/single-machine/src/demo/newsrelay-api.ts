import { z } from 'zod';

const repair = z.object({
  id: z.string(),
  class: z.enum(['auto', 'propose', 'flag']),
  kind: z.string(),
  field: z.string(),
  before: z.string(),
  after: z.string(),
  decision: z.enum(['accept', 'reject']).nullable(),
});
export type Repair = z.infer<typeof repair>;

const article = z.object({
  id: z.string(),
  version: z.number(),
  state: z.string(),
  headline: z.string(),
  holds: z.array(z.object({ code: z.string(), message: z.string() })),
  repairs: z.array(repair),
});
export type Article = z.infer<typeof article>;

const pageAnswer = z.object({
  page: z.record(z.string(), z.unknown()),
  articles: z.array(z.object({ id: z.string(), duplicate: z.boolean() })),
});
export type PageAnswer = z.infer<typeof pageAnswer>;

const delivery = z.object({
  id: z.string(),
  version: z.number(),
  channel: z.string(),
  action: z.enum(['publish', 'withdraw']),
  state: z.string(),
  reason: z.string().nullable(),
  attempts: z.array(
    z.object({
      number: z.number(),
      outcome: z.string().nullable(),
      status: z.number().nullable(),
      error: z.string().nullable(),
    }),
  ),
});
export type Delivery = z.infer<typeof delivery>;
const deliveries = z.object({ items: z.array(delivery) });

const taken = z.object({ version: z.number() });
const order = z.object({ orderId: z.string() });

const channel = z.object({ id: z.string(), settings: z.record(z.string(), z.unknown()) });
export type Channel = z.infer<typeof channel>;

const problem = z.object({
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** The API refused something; the message is its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    what: string,
    readonly status: number,
    detail: string,
  ) {
    super(`${what}: ${status}, ${detail}`);
  }
}

/** How long one call may take, in milliseconds. */
const DEADLINE_MS = 60_000;

/** The calls of the public API that the demo makes, as any client would. */
export class NewsrelayApi {
  constructor(
    readonly baseUrl: string,
    private readonly key: string,
    /** No call is made after it; one under way is let end, as the service lets it end too. */
    private readonly stopping: AbortSignal,
  ) {}

  takePage(text: Uint8Array<ArrayBuffer>, source: string, section: string): Promise<PageAnswer> {
    const query = new URLSearchParams({ source, section });
    return this.#call(
      pageAnswer,
      'POST',
      `/api/v1/pages?${query.toString()}`,
      text,
      'text/plain; charset=utf-8',
    );
  }

  /** @returns null where there is none */
  article(id: string): Promise<Article | null> {
    return unlessAbsent(this.#call(article, 'GET', `/api/v1/articles/${id}`));
  }

  approve({ id, version }: Article, repairs: Record<string, 'accept' | 'reject'>): Promise<Article> {
    return this.#json(article, 'POST', `/api/v1/articles/${id}/approve`, { version, repairs });
  }

  /** Puts the article as it is read, but for `changed`: what a client does that corrects one thing. */
  async correct(id: string, changed: { headline: string; note: string }): Promise<{ version: number }> {
    const whole = await this.#call(z.record(z.string(), z.unknown()), 'GET', `/api/v1/articles/${id}`);
    return this.#json(taken, 'PUT', `/api/v1/articles/${id}`, { ...whole, ...changed });
  }

  withdraw(id: string, reason: string): Promise<{ orderId: string }> {
    return this.#json(order, 'POST', `/api/v1/articles/${id}/withdraw`, { reason });
  }

  async deliveries(articleId: string): Promise<Delivery[]> {
    return (await this.#call(deliveries, 'GET', `/api/v1/articles/${articleId}/deliveries`)).items;
  }

  /** @returns null where there is none */
  channel(id: string): Promise<Channel | null> {
    return unlessAbsent(this.#call(channel, 'GET', `/api/v1/channels/${id}`));
  }

  createChannel(input: object): Promise<Channel> {
    return this.#json(channel, 'POST', '/api/v1/channels', input);
  }

  changeChannel(id: string, patch: object): Promise<Channel> {
    return this.#json(channel, 'PATCH', `/api/v1/channels/${id}`, patch, 'application/merge-patch+json');
  }

  #json<T>(
    schema: z.ZodType<T>,
    method: string,
    path: string,
    body: object,
    type = 'application/json',
  ): Promise<T> {
    return this.#call(schema, method, path, new TextEncoder().encode(JSON.stringify(body)), type);
  }

  async #call<T>(
    schema: z.ZodType<T>,
    method: string,
    path: string,
    body?: Uint8Array<ArrayBuffer>,
    type?: string,
  ): Promise<T> {
    this.stopping.throwIfAborted();
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) {
      const { data } = problem.safeParse(answer);
      const errors = data?.errors.map((error) => `${error.path} ${error.message}`) ?? [];
      const detail = [data?.detail ?? 'no reason given', ...errors].join('; ');
      throw new ApiError(`${method} ${path}`, response.status, detail);
    }
    return schema.parse(answer);
  }
}

/** @throws Error where there is none */
export async function existing(api: NewsrelayApi, id: string): Promise<Article> {
  const found = await api.article(id);
  if (found === null) throw new Error(`article ${id} is gone from the ledger`);
  return found;
}

async function unlessAbsent<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
