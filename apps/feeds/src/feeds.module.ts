import { Module, type DynamicModule } from '@nestjs/common';
import { loadProfiles } from '@newsrelay/feed-editions/profiles';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { parseAllowTargets } from '@newsrelay/outbound/target-rules';
import { parseEncryptionKey, Sealing } from '@newsrelay/sealing/seal';
import { BuildDigest } from './build-digest.js';
import { EditionController } from './editions/edition.controller.js';
import { EditionShelfService } from './editions/edition-shelf.service.js';
import { PROFILES } from './editions/profiles-token.js';
import { FeedsOfPage } from './article-page/feeds-of-page.js';
import { DiscoveryController } from './discovery/discovery.controller.js';
import { FeedDirectory } from './discovery/feed-directory.js';
import { Sitemaps } from './discovery/sitemaps.js';
import { FeedAccess } from './access/feed-access.js';
import { PollRecorder } from './access/poll-recorder.js';
import { ArchiveController } from './archive/archive.controller.js';
import { ArchivePages } from './archive/archive-pages.js';
import { NoticeSweep } from './archive/notice-sweep.js';
import { WithdrawalsController } from './archive/withdrawals.controller.js';
import { ChangesController } from './changes/changes.controller.js';
import { FeedChanges } from './changes/feed-changes.js';
import { FeedChannels } from './access/feed-channels.js';
import { FeedsEvents } from './events.js';
import { ALLOW_TARGETS, Hub } from './hub/hub.js';
import { HubRoute } from './hub/hub-route.js';
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
  /** Seals the secrets of subscribers. */
  encryptionKey: string;
  /** CIDRs where callbacks of subscribers may lie besides public addresses. */
  allowTargets: readonly string[];
}

/** The settings of a process, as this module takes them. */
export interface FeedsEnvironment {
  NEWSRELAY_PUBLIC_URL: string;
  NEWSRELAY_SITE_NAME?: string | undefined;
  NEWSRELAY_FEED_POLLS: number;
  NEWSRELAY_EDITIONS_DIR?: string | undefined;
  NEWSRELAY_ENCRYPTION_KEY: string;
  NEWSRELAY_ALLOW_TARGETS: readonly string[];
}

/** The public read side: feeds, article pages and the hub. Needs the telemetry and ledger modules of its process. */
@Module({})
export class FeedsModule {
  static of(environment: FeedsEnvironment): DynamicModule {
    return FeedsModule.forRoot({
      publicUrl: environment.NEWSRELAY_PUBLIC_URL,
      siteName: environment.NEWSRELAY_SITE_NAME,
      pollsPerMinute: environment.NEWSRELAY_FEED_POLLS,
      editionsDir: environment.NEWSRELAY_EDITIONS_DIR,
      encryptionKey: environment.NEWSRELAY_ENCRYPTION_KEY,
      allowTargets: environment.NEWSRELAY_ALLOW_TARGETS,
    });
  }

  static forRoot({
    publicUrl,
    siteName,
    pollsPerMinute = 60,
    editionsDir,
    encryptionKey,
    allowTargets,
  }: FeedsModuleSettings): DynamicModule {
    const site = siteOf(publicUrl, siteName);
    const profiles = loadProfiles(editionsDir ?? null);
    return {
      module: FeedsModule,
      controllers: [
        DiscoveryController,
        ArchiveController,
        ChangesController,
        WithdrawalsController,
        EditionController,
        ArticlePageController,
      ],
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
        {
          provide: Sitemaps,
          useFactory: (ledger: Ledger) => new Sitemaps(ledger, site),
          inject: [LEDGER],
        },
        FeedAccess,
        PollRecorder,
        FeedShelfService,
        FeedAnswers,
        FeedRoutes,
        { provide: Sealing, useFactory: () => new Sealing(parseEncryptionKey(encryptionKey)) },
        { provide: ALLOW_TARGETS, useFactory: () => parseAllowTargets(allowTargets) },
        Hub,
        HubRoute,
        FeedChannels,
        ArchivePages,
        FeedChanges,
        NoticeSweep,
      ],
    };
  }
}
