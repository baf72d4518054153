import { PUBLISH_CONSUMERS } from '@newsrelay/app-publish/consumers';
import { PublishModule } from '@newsrelay/app-publish/publish.module';
import { TRANSFORM_CONSUMERS } from '@newsrelay/app-transform/consumers';
import { TransformModule } from '@newsrelay/app-transform/transform.module';
import { readEnvironment } from '@newsrelay/config/environment';
import { singleMachineWorkersSettings } from '@newsrelay/config/processes';
import { runUntilStopped } from '@newsrelay/service-process/run';
import { startServiceProcess } from '@newsrelay/service-process/service-process';
import { followParent } from './follow-parent.js';

/* The single-machine mode's other process: transform and publish. Its port is internal: probes and metrics. */

const launcherGone = new Promise<void>((resolve) => {
  followParent(resolve);
});

await runUntilStopped(async () => {
  const settings = readEnvironment(singleMachineWorkersSettings);
  return startServiceProcess({
    name: 'workers',
    services: ['transform', 'publish'],
    settings,
    modules: [TransformModule.forRoot(settings), PublishModule.forRoot(settings)],
    port: settings.NEWSRELAY_WORKERS_PORT,
    bind: '127.0.0.1',
    adminKey: settings.NEWSRELAY_ADMIN_KEY,
    poolSize: 24,
    consumers: [...TRANSFORM_CONSUMERS, ...PUBLISH_CONSUMERS],
  });
}, launcherGone);
