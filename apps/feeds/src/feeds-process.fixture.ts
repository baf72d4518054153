import { randomBytes } from 'node:crypto';
import { feedConnector } from '@newsrelay/channel-feed/connector';
import { feedSettings } from '@newsrelay/channel-feed/settings';
import type { ReleasedVersion } from '@newsrelay/ledger/routing';
import { freePort } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { startServiceProcess, type ServiceProcess } from '@newsrelay/service-process/service-process';
import { FeedsModule } from './feeds.module.js';

export const PUBLIC_URL = 'https://news.example';

/** The rendition of a version as transform makes it. */
export function renderItem({ articleId, content, ...version }: ReleasedVersion) {
  const canonicalUrl = content.url ?? `${PUBLIC_URL}/articles/${articleId}`;
  const article = { ...content, ...version, id: articleId, canonicalUrl };
  const fitted = { headline: content.headline, cut: false };
  return feedConnector.formatter.render({ article, fitted }, feedSettings.parse({ title: 'T' }));
}

/** A process of the feeds service, and what it answers. */
export class FeedsProcess {
  constructor(
    readonly process: ServiceProcess,
    readonly origin: string,
  ) {}

  static async start(databaseUrl: string, publicUrl = PUBLIC_URL): Promise<FeedsProcess> {
    const port = await freePort();
    const process = await startServiceProcess({
      name: 'feeds-spec',
      services: ['feeds'],
      settings: { DATABASE_URL: databaseUrl, NEWSRELAY_LOG_LEVEL: 'fatal', NEWSRELAY_PUBLIC_URL: publicUrl },
      modules: [
        FeedsModule.forRoot({
          publicUrl,
          encryptionKey: randomBytes(32).toString('base64'),
          allowTargets: ['127.0.0.0/8'],
        }),
      ],
      port,
      bind: '127.0.0.1',
      adminKey: 'a-key-of-this-spec',
      poolSize: 6,
    });
    const instance = new FeedsProcess(process, `http://127.0.0.1:${port}`);
    await pollUntil('ready', async () => (await instance.get('/health/ready')).ok, { timeoutMs: 10_000 });
    return instance;
  }

  get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return fetch(this.origin + path, { method, headers, redirect: 'manual' });
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text();
  }
}
