import { randomBytes } from 'node:crypto';
import { feedConnector } from '@newsrelay/channel-feed/connector';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import type { ReleasedVersion } from '@newsrelay/ledger/routing';
import { freePort } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startServiceProcess, type ServiceProcess } from '@newsrelay/service-process/service-process';
import { FeedsModule } from './feeds.module.js';

export const PUBLIC_URL = 'https://news.example';

/** A rendition as transform makes it. */
export function renderFeedItem({ articleId, content, ...version }: ReleasedVersion) {
  const canonicalUrl = content.url ?? `${PUBLIC_URL}/articles/${articleId}`;
  const article = { ...content, ...version, id: articleId, canonicalUrl };
  const fitted = { headline: content.headline, cut: false };
  return feedConnector.formatter.render({ article, fitted }, feedSettings.parse({ title: 'T' }));
}

export interface InstanceOptions {
  trustedProxies?: readonly string[];
  pollsPerMinute?: number;
  editionsDir?: string;
}

/** A feeds process on a port of its own. */
export class FeedsInstance {
  constructor(
    readonly process: ServiceProcess,
    readonly port: number,
  ) {}

  static async start(
    databaseUrl: string,
    publicUrl = PUBLIC_URL,
    { trustedProxies = [], ...limits }: InstanceOptions = {},
  ): Promise<FeedsInstance> {
    const port = await freePort();
    const process = await startServiceProcess({
      name: 'feeds-spec',
      services: ['feeds'],
      settings: {
        DATABASE_URL: databaseUrl,
        NEWSRELAY_LOG_LEVEL: 'fatal',
        NEWSRELAY_PUBLIC_URL: publicUrl,
        NEWSRELAY_TRUSTED_PROXIES: trustedProxies,
      },
      modules: [
        FeedsModule.forRoot({
          publicUrl,
          encryptionKey: randomBytes(32).toString('base64'),
          allowTargets: ['127.0.0.0/8'],
          ...limits,
        }),
      ],
      port,
      bind: '127.0.0.1',
      adminKey: ADMIN_KEY,
      poolSize: 6,
    });
    const instance = new FeedsInstance(process, port);
    await pollUntil('ready', async () => (await instance.get('/health/ready')).ok, { timeoutMs: 10_000 });
    return instance;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return fetch(this.origin + path, { method, headers, redirect: 'manual' });
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text();
  }

  /** Prometheus text. */
  async metrics(): Promise<string> {
    return (await this.get('/metrics', { authorization: `Bearer ${ADMIN_KEY}` })).text();
  }
}

const ADMIN_KEY = 'a-key-of-this-spec';
