import { readEnvironment } from '@newsrelay/config/environment';
import { ingestSettings } from '@newsrelay/config/processes';
import { runUntilStopped } from '@newsrelay/service-process/run';
import { startServiceProcess } from '@newsrelay/service-process/service-process';
import { IngestModule } from './ingest.module.js';

await runUntilStopped(async () => {
  const settings = readEnvironment(ingestSettings);
  return startServiceProcess({
    name: 'ingest',
    services: ['ingest'],
    settings,
    modules: [IngestModule],
    port: settings.NEWSRELAY_PORT,
    bind: settings.NEWSRELAY_BIND,
    adminKey: settings.NEWSRELAY_ADMIN_KEY,
    poolSize: 10,
  });
});
