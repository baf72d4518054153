import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isPortFree } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { ChildService } from '../supervisor/child-service.js';
import type { Supervisor } from '../supervisor/supervisor.js';
import type { NewsrelayApi } from './newsrelay-api.js';
import { partnerRecords, type PartnerRecord } from './partner-records.js';

/** An outlet of the demo as it is registered through the API. */
interface OutletChannel {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

export const FEEDS = ['yaowen', 'yaowen-brief'] as const;
export const PARTNER = 'partner-site';
/** Outlets that are called; the others fetch. */
export const CALLED_OUTLETS = [PARTNER] as const;
/** The outlets in the order of the table. */
export const OUTLETS = [...FEEDS, ...CALLED_OUTLETS] as const;

/** The partner's site: a process with a port, a signing secret and records of its own. */
export class PartnerSite {
  private constructor(
    private readonly folder: string,
    readonly port: number,
    readonly signingSecret: string,
  ) {}

  /** Finds the partner of an earlier run in `dataDir/partner`, or makes one. */
  static async open(dataDir: string): Promise<PartnerSite> {
    const folder = join(dataDir, 'partner');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const secretFile = join(folder, 'signing-secret');
    if (!existsSync(secretFile)) {
      writeFileSync(secretFile, `whsec_${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    }
    const portFile = join(folder, 'port');
    let port = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : await freePort();
    if (!(await isPortFree(port))) port = await freePort();
    writeFileSync(portFile, `${port}\n`);
    return new PartnerSite(folder, port, readFileSync(secretFile, 'utf8').trim());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(supervisor: Supervisor, dataDir: string, say: (line: string) => void): Promise<void> {
    await supervisor.add(
      new ChildService({
        name: 'partner-site',
        script: fileURLToPath(new URL('partner-site.js', import.meta.url)),
        args: [this.folder, String(this.port)],
        // An outlet is a stranger: nothing of ours is its business, the keys least of all.
        environment: {},
        dataDir,
        say,
      }),
    );
    await pollUntil(
      'partner site',
      () =>
        this.records().then(
          () => true,
          () => false,
        ),
      { timeoutMs: 20_000 },
    );
  }

  /** What reached the partner, in its own words. */
  async records(): Promise<PartnerRecord[]> {
    const response = await fetch(`${this.url}/records.json`, { signal: AbortSignal.timeout(5000) });
    return partnerRecords.parse(await response.json());
  }
}

/** Registers the outlets; those of an earlier run are kept, and told where the partner's site is now. */
export async function registerOutlets(api: NewsrelayApi, partner: PartnerSite): Promise<void> {
  const channels: OutletChannel[] = [
    {
      id: FEEDS[0],
      type: 'feed',
      name: '要闻',
      settings: feedSettings('济宁高新区要闻', '全文', 'full'),
    },
    {
      id: FEEDS[1],
      type: 'feed',
      name: '要闻摘要',
      settings: feedSettings('济宁高新区要闻摘要', '摘要', 'summary'),
    },
    {
      id: PARTNER,
      type: 'webhook',
      name: 'Partner site',
      settings: { url: `${partner.url}/hook` },
      secrets: { signingSecret: partner.signingSecret },
    },
  ];
  for (const channel of channels) {
    const known = await api.channel(channel.id);
    if (known === null) {
      await api.createChannel({
        ...channel,
        enabled: true,
        filter: { sections: ['要闻'], sources: [], keywords: [] },
      });
    } else if (known.settings['url'] !== channel.settings['url']) {
      await api.changeChannel(channel.id, { settings: { url: channel.settings['url'] } });
    }
  }
}

function feedSettings(
  title: string,
  description: string,
  content: 'full' | 'summary',
): Record<string, unknown> {
  return { title, description, language: 'zh-CN', maxItems: 50, content };
}
