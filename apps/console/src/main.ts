import { readEnvironment } from '@newsrelay/config/environment';
import { consoleSettings } from '@newsrelay/config/processes';
import { runUntilStopped } from '@newsrelay/service-process/run';
import { startServiceProcess } from '@newsrelay/service-process/service-process';
import { ConsoleModule } from './console.module.js';

await runUntilStopped(async () => {
  const settings = readEnvironment(consoleSettings);
  return startServiceProcess({
    name: 'console',
    services: ['console'],
    settings,
    modules: [ConsoleModule.forRoot(settings)],
    port: settings.NEWSRELAY_PORT,
    bind: settings.NEWSRELAY_BIND,
    adminKey: settings.NEWSRELAY_ADMIN_KEY,
    poolSize: 10,
  });
});
