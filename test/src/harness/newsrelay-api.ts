import { Agent, request } from 'undici';

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: T;
  text: string;
}

export interface ArticleAnswer {
  id: string;
  version: number;
  state: string;
  holds: { code: string; message: string }[];
  duplicate: boolean;
}

export interface DeliveryAnswer {
  id: string;
  articleId: string;
  version: number;
  channel: string;
  action: 'publish' | 'withdraw';
  state: string;
  reason: string | null;
  remoteUrl: string | null;
  attempts: {
    number: number;
    outcome: string | null;
    status: number | null;
    error: string | null;
    response: string | null;
  }[];
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

type Service = 'ingest' | 'feeds' | 'console';

const agent = new Agent({ connections: 50, keepAliveTimeout: 1_000 });

/** The public API, as a program outside calls it. */
export class NewsrelayApi {
  constructor(
    private readonly urlOf: (service: Service) => string,
    readonly key: string,
  ) {}

  async call<T = Record<string, unknown>>(
    service: Service,
    method: string,
    path: string,
    options: {
      json?: unknown;
      body?: string | Buffer;
      type?: string;
      headers?: Record<string, string>;
      key?: string | null;
    } = {},
  ): Promise<Answer<T>> {
    const key = options.key === undefined ? this.key : options.key;
    const body = options.json === undefined ? options.body : JSON.stringify(options.json);
    const answer = await request(`${this.urlOf(service)}${path}`, {
      dispatcher: agent,
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': options.type ?? 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.body.text();
    const isJson = String(answer.headers['content-type']).includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      body: (isJson && text !== '' ? JSON.parse(text) : {}) as T,
    };
  }

  async post(article: object): Promise<Answer<ArticleAnswer>> {
    return this.call('ingest', 'POST', '/api/v1/articles', { json: article });
  }

  async page<T>(text: string, query: string): Promise<Answer<T>> {
    return this.call('ingest', 'POST', `/api/v1/pages?${query}`, {
      body: text,
      type: 'text/plain; charset=utf-8',
    });
  }

  async createChannel(channel: object): Promise<Answer> {
    return this.call('console', 'POST', '/api/v1/channels', { json: channel });
  }

  async withdraw(id: string, reason = '事实有误'): Promise<Answer<{ orderId: string }>> {
    return this.call('ingest', 'POST', `/api/v1/articles/${id}/withdraw`, { json: { reason } });
  }

  async deliveriesOf(articleId: string): Promise<DeliveryAnswer[]> {
    const answer = await this.call<Page<DeliveryAnswer>>(
      'console',
      'GET',
      `/api/v1/articles/${articleId}/deliveries?limit=500`,
    );
    return answer.body.items;
  }

  /** Every delivery, page by page. */
  async allDeliveries(query = ''): Promise<DeliveryAnswer[]> {
    const items: DeliveryAnswer[] = [];
    let cursor: string | null = null;
    do {
      const path = `/api/v1/deliveries?limit=500${query}${cursor === null ? '' : `&cursor=${cursor}`}`;
      const answer: Answer<Page<DeliveryAnswer>> = await this.call('console', 'GET', path);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      items.push(...answer.body.items);
      cursor = answer.body.nextCursor;
    } while (cursor !== null);
    return items;
  }
}
