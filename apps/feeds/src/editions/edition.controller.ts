import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { channelId as channelIdSchema } from '@newsrelay/contracts/channel';
import { Problem } from '@newsrelay/contracts/problem';
import { editionEnding } from '@newsrelay/feed-editions/edition-document';
import { Open } from '@newsrelay/http-api/route-marks';
import { FeedAccess } from '../access/feed-access.js';
import { FeedsEvents } from '../events.js';
import { answerWith, statusFor } from '../http/conditional-answer.js';
import { FeedShelfService } from '../shelf/feed-shelf.service.js';
import type { ServedFeed } from '../shelf/shelf.js';
import { EditionShelfService } from './edition-shelf.service.js';

/** What stands for the format in the counts of requests: names of editions are no closed set. */
const FORMAT = 'edition';

/** The editions of feeds for partners, by the same rules as the feeds: open to whoever may read the feed, answered from memory. */
@Controller('feeds')
export class EditionController {
  constructor(
    @Inject(FeedShelfService) private readonly shelves: FeedShelfService,
    @Inject(EditionShelfService) private readonly editions: EditionShelfService,
    @Inject(FeedAccess) private readonly access: FeedAccess,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {}

  @Get(':channel/:file')
  @Open()
  async read(
    @Param('channel') channel: string,
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [, edition = '', ending] = /^([a-z0-9-]+)\.(xml|json)$/.exec(file) ?? [];
    if (edition === '') throw this.#refusal(404, `There is no edition ${channel}/${file}.`);
    const { found, answered } = await this.access.admit(
      { channelId: channel, format: FORMAT },
      request,
      reply,
    );
    const feed = await this.#feedFor(channel);
    const profile = this.editions.profileOf(edition);
    const isAsked = feed?.state.settings.editions?.includes(edition) ?? false;
    if (!found || feed === null || !isAsked || (profile !== undefined && editionEnding(profile) !== ending))
      throw this.#refusal(404, `There is no edition ${channel}/${file}.`);
    if (profile === undefined)
      throw this.#refusal(503, `The edition ${edition} cannot be made now: its profile is missing or wrong.`);
    const shown = await this.editions.get(channel, profile, feed);
    const status = statusFor(request, shown);
    this.events.requested(FORMAT, status);
    await answerWith(shown, status, reply);
    answered(status);
  }

  /**
   * The feed that the editions are made of; null where there is none.
   *
   * @throws Problem 410 for one that was closed
   */
  async #feedFor(channel: string): Promise<ServedFeed | null> {
    // What cannot be a channel's id costs no query.
    if (!channelIdSchema.safeParse(channel).success) return null;
    const shelf = this.shelves.peek(channel) ?? (await this.shelves.get(channel));
    if (shelf.kind === 'closed') throw this.#refusal(410, `The feed ${channel} was closed.`);
    return shelf.kind === 'feed' ? shelf : null;
  }

  #refusal(status: number, detail: string): Problem {
    this.events.requested(FORMAT, status);
    return new Problem(status, detail);
  }
}
