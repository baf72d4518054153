import { ConsoleModule } from '@newsrelay/app-console/console.module';
import { FeedsModule } from '@newsrelay/app-feeds/feeds.module';
import { IngestModule } from '@newsrelay/app-ingest/ingest.module';
import { PUBLISH_CONSUMERS } from '@newsrelay/app-publish/consumers';
import { PublishModule } from '@newsrelay/app-publish/publish.module';
import { TRANSFORM_CONSUMERS } from '@newsrelay/app-transform/consumers';
import { TransformModule } from '@newsrelay/app-transform/transform.module';
import type { singleMachineHttpSettings, singleMachineWorkersSettings } from '@newsrelay/config/processes';
import type { ServiceProcessOptions } from '@newsrelay/service-process/service-process';
import type { z } from 'zod';
import { DiskSpaceModule } from './disk/disk-space.module.js';
import { metricsOf } from './metrics-of-peer.js';

/** The one public port of the single-machine mode: ingest, feeds and console in one process, no proxy in front. */
export function httpProcess(settings: z.infer<typeof singleMachineHttpSettings>): ServiceProcessOptions {
  return {
    name: 'http',
    services: ['ingest', 'feeds', 'console'],
    settings,
    modules: [
      IngestModule,
      FeedsModule.of(settings),
      ConsoleModule.forRoot(settings),
      DiskSpaceModule.forRoot(settings),
    ],
    port: settings.NEWSRELAY_PORT,
    bind: settings.NEWSRELAY_BIND,
    adminKey: settings.NEWSRELAY_ADMIN_KEY,
    poolSize: 16,
    metricsPeers: () => metricsOf(settings.NEWSRELAY_WORKERS_PORT, settings.NEWSRELAY_ADMIN_KEY),
  };
}

/** The single-machine mode's other process: transform and publish. Its port is internal: probes and metrics. */
export function workersProcess(
  settings: z.infer<typeof singleMachineWorkersSettings>,
): ServiceProcessOptions {
  return {
    name: 'workers',
    services: ['transform', 'publish'],
    settings,
    modules: [TransformModule.forRoot(settings), PublishModule.forRoot(settings)],
    port: settings.NEWSRELAY_WORKERS_PORT,
    bind: '127.0.0.1',
    adminKey: settings.NEWSRELAY_ADMIN_KEY,
    poolSize: 18,
    consumers: [...TRANSFORM_CONSUMERS, ...PUBLISH_CONSUMERS],
  };
}
