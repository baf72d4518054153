import { Module, type DynamicModule } from '@nestjs/common';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { FeedsOfPage } from './article-page/feeds-of-page.js';
import { DiscoveryController } from './discovery/discovery.controller.js';
import { FeedDirectory } from './discovery/feed-directory.js';
import { Sitemaps } from './discovery/sitemaps.js';
import { Edition } from './edition.js';
import { FeedsEvents } from './events.js';
import { ArticlePageController } from './http/article-page.controller.js';
import { FeedController } from './http/feed.controller.js';
import { PUBLIC_URL } from './public-url.js';
import { FeedShelfService } from './shelf/feed-shelf.service.js';
import { SITE, siteOf } from './site.js';

export interface FeedsModuleSettings {
  /** What feeds and article links are built on, without a trailing slash. */
  publicUrl: string;
  /** What the site is called; left out, by its host. */
  siteName?: string | undefined;
}

/** The public read side: feeds and article pages. Needs the telemetry and ledger modules of its process. */
@Module({})
export class FeedsModule {
  static forRoot({ publicUrl, siteName }: FeedsModuleSettings): DynamicModule {
    const site = siteOf(publicUrl, siteName);
    return {
      module: FeedsModule,
      controllers: [DiscoveryController, FeedController, ArticlePageController],
      providers: [
        { provide: PUBLIC_URL, useValue: publicUrl },
        { provide: SITE, useValue: site },
        {
          provide: Edition,
          useFactory: (ledger: Ledger) => new Edition(ledger, site),
          inject: [LEDGER],
        },
        FeedsEvents,
        FeedDirectory,
        FeedsOfPage,
        {
          provide: Sitemaps,
          useFactory: (ledger: Ledger) => new Sitemaps(ledger, site),
          inject: [LEDGER],
        },
        FeedShelfService,
      ],
    };
  }
}
