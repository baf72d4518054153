import { readEnvironment } from '@newsrelay/config/environment';
import { publishSettings } from '@newsrelay/config/processes';
import { runUntilStopped } from '@newsrelay/service-process/run';
import { startServiceProcess } from '@newsrelay/service-process/service-process';
import { PUBLISH_CONSUMERS } from './consumers.js';
import { PublishModule } from './publish.module.js';

await runUntilStopped(async () => {
  const settings = readEnvironment(publishSettings);
  return startServiceProcess({
    name: 'publish',
    services: ['publish'],
    settings,
    modules: [PublishModule.forRoot(settings)],
    port: settings.NEWSRELAY_PORT,
    bind: settings.NEWSRELAY_BIND,
    adminKey: settings.NEWSRELAY_ADMIN_KEY,
    poolSize: 16,
    consumers: PUBLISH_CONSUMERS,
  });
});
