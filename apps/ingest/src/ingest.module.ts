import { Module } from '@nestjs/common';
import { EmbargoClock } from './embargo/embargo-clock.js';
import { IngestEvents } from './events.js';
import { ArticlesController } from './http/articles.controller.js';
import { PagesController } from './http/pages.controller.js';
import { ArticleIntake } from './intake/article-intake.js';
import { PageIntake } from './intake/page-intake.js';
import { OutboxRelay } from './outbox/outbox-relay.js';
import { Review } from './review/review.js';
import { Withdrawal } from './withdrawal/withdrawal.js';

/** Takes articles in. Needs the telemetry, ledger and messaging modules of its process. */
@Module({
  controllers: [ArticlesController, PagesController],
  providers: [IngestEvents, ArticleIntake, PageIntake, Review, Withdrawal, EmbargoClock, OutboxRelay],
})
export class IngestModule {}
