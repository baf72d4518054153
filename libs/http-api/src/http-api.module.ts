import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ContentTypeGuard } from './content-type.guard.js';
import { METRICS_PEERS, type MetricsPeers } from './metrics-peers.js';
import { ProbesController } from './probes.controller.js';

/** Probes, metrics and the media type rule of a process that answers HTTP. */
@Module({})
export class HttpApiModule {
  static forRoot(peers: MetricsPeers = () => Promise.resolve([])): DynamicModule {
    return {
      module: HttpApiModule,
      controllers: [ProbesController],
      providers: [
        { provide: METRICS_PEERS, useValue: peers },
        { provide: APP_GUARD, useClass: ContentTypeGuard },
      ],
    };
  }
}
