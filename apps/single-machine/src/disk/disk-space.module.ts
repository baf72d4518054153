import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { Health } from '@newsrelay/telemetry/health';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { shortage, spaceOf } from './free-space.js';

export interface DiskSettings {
  NEWSRELAY_DATA_DIR: string;
  NEWSRELAY_DISK_WARNING_MB: number;
}
const SETTINGS = Symbol('DiskSettings');

/** Shows how much the disk of the data folder still takes, before it is full: as a gauge, and as a part of the health. */
@Injectable()
class DiskSpace {
  constructor(
    @Inject(SETTINGS) { NEWSRELAY_DATA_DIR: dataDir, NEWSRELAY_DISK_WARNING_MB: warnMb }: DiskSettings,
    @Inject(Health) health: Health,
    @Inject(Metrics) metrics: Metrics,
  ) {
    // Not required: what can be read is served, and intake says by itself what it cannot write.
    health.register('disk', false, async () => shortage(await spaceOf(dataDir), warnMb * 1_000_000));
    metrics.reading(
      'disk',
      {
        free: {
          name: 'newsrelay_data_folder_free_bytes',
          help: 'Free on the disk of the data folder; single-machine mode',
        },
        size: {
          name: 'newsrelay_data_folder_disk_bytes',
          help: 'Size of the disk of the data folder; single-machine mode',
        },
      },
      async () => {
        const { free, size } = await spaceOf(dataDir);
        return { free: [{ value: free }], size: [{ value: size }] };
      },
    );
  }
}

@Module({})
export class DiskSpaceModule {
  static forRoot(settings: DiskSettings): DynamicModule {
    return { module: DiskSpaceModule, providers: [{ provide: SETTINGS, useValue: settings }, DiskSpace] };
  }
}
