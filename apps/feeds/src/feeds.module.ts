import { Module, type DynamicModule } from '@nestjs/common';
import { loadProfiles } from '@newsrelay/feed-editions/profiles';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { BuildDigest } from './build-digest.js';
import { EditionController } from './editions/edition.controller.js';
import { EditionShelfService } from './editions/edition-shelf.service.js';
import { PROFILES } from './editions/profiles-token.js';
import { FeedsOfPage } from './article-page/feeds-of-page.js';
import { DiscoveryController } from './discovery/discovery.controller.js';
import { FeedDirectory } from './discovery/feed-directory.js';
import { Sitemaps } from './discovery/sitemaps.js';
import { FeedsEvents } from './events.js';
import { ArticlePageController } from './http/article-page.controller.js';
import { FeedAnswers } from './http/feed-answers.js';
import { FeedPolls } from './http/feed-polls.js';
import { FeedRoutes } from './http/feed-routes.js';
import { PUBLIC_URL } from './public-url.js';
import { FeedShelfService } from './shelf/feed-shelf.service.js';
import { SITE, siteOf } from './site.js';

export interface FeedsModuleSettings {
  /** What feeds and article links are built on, without a trailing slash. */
  publicUrl: string;
  /** How often one address gets one feed whole in a minute without a condition, 60 if left out; 0: as often as it asks. */
  pollsPerMinute?: number;
  /** Folder of the operator's profiles of editions, beside the built-in ones. */
  editionsDir?: string | undefined;
  /** What the site is called; left out, by its host. */
  siteName?: string | undefined;
}

/** The public read side: feeds and article pages. Needs the telemetry and ledger modules of its process. */
@Module({})
export class FeedsModule {
  static forRoot({
    publicUrl,
    siteName,
    pollsPerMinute = 60,
    editionsDir,
  }: FeedsModuleSettings): DynamicModule {
    const site = siteOf(publicUrl, siteName);
    const profiles = loadProfiles(editionsDir ?? null);
    return {
      module: FeedsModule,
      controllers: [DiscoveryController, EditionController, ArticlePageController],
      providers: [
        { provide: PUBLIC_URL, useValue: publicUrl },
        { provide: SITE, useValue: site },
        { provide: PROFILES, useValue: profiles },
        {
          provide: BuildDigest,
          useFactory: (ledger: Ledger) => new BuildDigest(ledger, site, profiles),
          inject: [LEDGER],
        },
        { provide: FeedPolls, useFactory: () => new FeedPolls(pollsPerMinute) },
        FeedsEvents,
        EditionShelfService,
        FeedDirectory,
        FeedsOfPage,
        Sitemaps,
        FeedShelfService,
        FeedAnswers,
        FeedRoutes,
      ],
    };
  }
}
