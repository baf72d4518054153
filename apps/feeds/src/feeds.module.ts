import { Module, type DynamicModule } from '@nestjs/common';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { parseAllowTargets } from '@newsrelay/outbound/target-rules';
import { parseEncryptionKey, Sealing } from '@newsrelay/sealing/seal';
import { Edition } from './edition.js';
import { FeedsEvents } from './events.js';
import { ALLOW_TARGETS, Hub } from './hub/hub.js';
import { HubRoute } from './hub/hub-route.js';
import { ArticlePageController } from './http/article-page.controller.js';
import { FeedController } from './http/feed.controller.js';
import { PUBLIC_URL } from './public-url.js';
import { FeedShelfService } from './shelf/feed-shelf.service.js';

export interface FeedsModuleSettings {
  /** What feeds and article links are built on, without a trailing slash. */
  publicUrl: string;
  /** Seals the secrets of subscribers. */
  encryptionKey: string;
  /** CIDRs where callbacks of subscribers may lie besides public addresses. */
  allowTargets: readonly string[];
}

/** The settings of a process, as this module takes them. */
export interface FeedsEnvironment {
  NEWSRELAY_PUBLIC_URL: string;
  NEWSRELAY_ENCRYPTION_KEY: string;
  NEWSRELAY_ALLOW_TARGETS: readonly string[];
}

/** The public read side: feeds, article pages and the hub. Needs the telemetry and ledger modules of its process. */
@Module({})
export class FeedsModule {
  static of(environment: FeedsEnvironment): DynamicModule {
    return FeedsModule.forRoot({
      publicUrl: environment.NEWSRELAY_PUBLIC_URL,
      encryptionKey: environment.NEWSRELAY_ENCRYPTION_KEY,
      allowTargets: environment.NEWSRELAY_ALLOW_TARGETS,
    });
  }

  static forRoot({ publicUrl, encryptionKey, allowTargets }: FeedsModuleSettings): DynamicModule {
    return {
      module: FeedsModule,
      controllers: [FeedController, ArticlePageController],
      providers: [
        { provide: PUBLIC_URL, useValue: publicUrl },
        {
          provide: Edition,
          useFactory: (ledger: Ledger) => new Edition(ledger, publicUrl),
          inject: [LEDGER],
        },
        FeedsEvents,
        FeedShelfService,
        { provide: Sealing, useFactory: () => new Sealing(parseEncryptionKey(encryptionKey)) },
        { provide: ALLOW_TARGETS, useFactory: () => parseAllowTargets(allowTargets) },
        Hub,
        HubRoute,
      ],
    };
  }
}
