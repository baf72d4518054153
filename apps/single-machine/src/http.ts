import { ConsoleModule } from '@newsrelay/app-console/console.module';
import { FeedsModule } from '@newsrelay/app-feeds/feeds.module';
import { IngestModule } from '@newsrelay/app-ingest/ingest.module';
import { readEnvironment } from '@newsrelay/config/environment';
import { singleMachineHttpSettings } from '@newsrelay/config/processes';
import { runUntilStopped } from '@newsrelay/service-process/run';
import { startServiceProcess } from '@newsrelay/service-process/service-process';
import { DiskSpaceModule } from './disk/disk-space.module.js';
import { followParent } from './follow-parent.js';
import { metricsOf } from './metrics-of-peer.js';

/* The one public port of the single-machine mode: ingest, feeds and console in one process, no proxy in front. */

const launcherGone = new Promise<void>((resolve) => {
  followParent(resolve);
});

await runUntilStopped(async () => {
  const settings = readEnvironment(singleMachineHttpSettings);
  return startServiceProcess({
    name: 'http',
    services: ['ingest', 'feeds', 'console'],
    settings,
    modules: [
      IngestModule,
      FeedsModule.forRoot({ publicUrl: settings.NEWSRELAY_PUBLIC_URL }),
      ConsoleModule.forRoot(settings),
      DiskSpaceModule.forRoot(settings),
    ],
    port: settings.NEWSRELAY_PORT,
    bind: settings.NEWSRELAY_BIND,
    adminKey: settings.NEWSRELAY_ADMIN_KEY,
    poolSize: 16,
    metricsPeers: () => metricsOf(settings.NEWSRELAY_WORKERS_PORT, settings.NEWSRELAY_ADMIN_KEY),
  });
}, launcherGone);
