import type { ModuleMetadata } from '@nestjs/common';
import { ConsoleModule, type ConsoleSettings } from '@newsrelay/app-console/console.module';
import { FeedsModule } from '@newsrelay/app-feeds/feeds.module';
import { IngestModule } from '@newsrelay/app-ingest/ingest.module';

/** The services of the one public port. */
export function httpServices(settings: ConsoleSettings): NonNullable<ModuleMetadata['imports']> {
  return [
    IngestModule,
    FeedsModule.forRoot({ publicUrl: settings.NEWSRELAY_PUBLIC_URL }),
    ConsoleModule.forRoot(settings),
  ];
}
