import { readEnvironment } from '@newsrelay/config/environment';
import { feedsSettings } from '@newsrelay/config/processes';
import { runUntilStopped } from '@newsrelay/service-process/run';
import { startServiceProcess } from '@newsrelay/service-process/service-process';
import { FeedsModule } from './feeds.module.js';

await runUntilStopped(async () => {
  const settings = readEnvironment(feedsSettings);
  return startServiceProcess({
    name: 'feeds',
    services: ['feeds'],
    settings,
    modules: [FeedsModule.of(settings)],
    port: settings.NEWSRELAY_PORT,
    bind: settings.NEWSRELAY_BIND,
    adminKey: settings.NEWSRELAY_ADMIN_KEY,
    poolSize: 10,
  });
});
