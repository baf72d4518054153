import { readEnvironment } from '@newsrelay/config/environment';
import { transformSettings } from '@newsrelay/config/processes';
import { runUntilStopped } from '@newsrelay/service-process/run';
import { startServiceProcess } from '@newsrelay/service-process/service-process';
import { TRANSFORM_CONSUMERS } from './consumers.js';
import { TransformModule } from './transform.module.js';

await runUntilStopped(async () => {
  const settings = readEnvironment(transformSettings);
  return startServiceProcess({
    name: 'transform',
    services: ['transform'],
    settings,
    modules: [TransformModule.forRoot(settings)],
    port: settings.NEWSRELAY_PORT,
    bind: settings.NEWSRELAY_BIND,
    adminKey: settings.NEWSRELAY_ADMIN_KEY,
    poolSize: 10,
    consumers: TRANSFORM_CONSUMERS,
  });
});
