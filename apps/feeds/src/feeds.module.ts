import { Module, type DynamicModule } from '@nestjs/common';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { ArchiveController } from './archive/archive.controller.js';
import { ArchivePages } from './archive/archive-pages.js';
import { FeedAccess } from './archive/feed-access.js';
import { NoticeSweep } from './archive/notice-sweep.js';
import { WithdrawalsController } from './archive/withdrawals.controller.js';
import { ChangesController } from './changes/changes.controller.js';
import { FeedChanges } from './changes/feed-changes.js';
import { Edition } from './edition.js';
import { FeedsEvents } from './events.js';
import { ArticlePageController } from './http/article-page.controller.js';
import { FeedController } from './http/feed.controller.js';
import { PUBLIC_URL } from './public-url.js';
import { FeedShelfService } from './shelf/feed-shelf.service.js';

export interface FeedsModuleSettings {
  /** What feeds and article links are built on, without a trailing slash. */
  publicUrl: string;
}

/** The public read side: feeds and article pages. Needs the telemetry and ledger modules of its process. */
@Module({})
export class FeedsModule {
  static forRoot({ publicUrl }: FeedsModuleSettings): DynamicModule {
    return {
      module: FeedsModule,
      controllers: [
        FeedController,
        ArchiveController,
        ChangesController,
        WithdrawalsController,
        ArticlePageController,
      ],
      providers: [
        { provide: PUBLIC_URL, useValue: publicUrl },
        {
          provide: Edition,
          useFactory: (ledger: Ledger) => new Edition(ledger, publicUrl),
          inject: [LEDGER],
        },
        FeedsEvents,
        FeedShelfService,
        FeedAccess,
        ArchivePages,
        FeedChanges,
        NoticeSweep,
      ],
    };
  }
}
