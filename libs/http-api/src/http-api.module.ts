import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { Authenticator, type AuthenticatorOptions } from './authenticator.js';
import { ContentTypeGuard } from './content-type.guard.js';
import { FrontDoor } from './front-door.js';
import { METRICS_PEERS, type MetricsPeers } from './metrics-peers.js';
import { ProbesController } from './probes.controller.js';

/** Probes, metrics, keys and the media type rule of a process that answers HTTP. Needs its ledger module. */
@Module({})
export class HttpApiModule {
  static forRoot(
    options: AuthenticatorOptions,
    peers: MetricsPeers = () => Promise.resolve([]),
  ): DynamicModule {
    return {
      module: HttpApiModule,
      global: true,
      controllers: [ProbesController],
      providers: [
        { provide: METRICS_PEERS, useValue: peers },
        { provide: APP_GUARD, useClass: ContentTypeGuard },
        FrontDoor,
        {
          provide: Authenticator,
          inject: [LEDGER],
          useFactory: (ledger: Ledger) => new Authenticator(ledger, options),
        },
      ],
      exports: [Authenticator, FrontDoor],
    };
  }
}
