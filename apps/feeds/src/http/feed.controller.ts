import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { channelId } from '@newsrelay/contracts/channel';
import { Problem } from '@newsrelay/contracts/problem';
import { parseFeedFile, type FeedFormat } from '@newsrelay/feed-kit/addresses';
import type { FeedDocument } from '@newsrelay/feed-kit/feed-documents';
import { isNotModified, lastModifiedHeader } from '@newsrelay/feed-kit/validators';
import { FeedsEvents } from '../events.js';
import { FeedShelfService } from '../shelf/feed-shelf.service.js';
import type { Shelf } from '../shelf/shelf.js';

/** The feeds: open to everyone, answered from memory. HEAD is GET without its body (Fastify adds it). */
@Controller('feeds')
export class FeedController {
  constructor(
    @Inject(FeedShelfService) private readonly shelves: FeedShelfService,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {}

  @Get(':file')
  async read(
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const named = parseFeedFile(file);
    if (named === null) throw this.#nothing(file);
    const shelf = this.shelves.peek(named.channelId) ?? (await this.#lookUp(named.channelId));
    if (shelf.kind === 'closed') {
      this.events.requested(named.format, 410);
      throw new Problem(410, `The feed ${named.channelId} was closed.`);
    }
    if (shelf.kind === 'absent') throw this.#nothing(file);
    await this.#answer(shelf.documents[named.format], named.format, request, reply);
  }

  #lookUp(id: string): Promise<Shelf> | Shelf {
    // What cannot be a channel's id costs no query.
    return channelId.safeParse(id).success ? this.shelves.get(id) : { kind: 'absent' };
  }

  #nothing(file: string): Problem {
    this.events.requested('none', 404);
    return new Problem(404, `There is no feed ${file}.`);
  }

  async #answer(
    document: FeedDocument,
    format: FeedFormat,
    { headers }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const conditions = {
      ifNoneMatch: headers['if-none-match'],
      ifModifiedSince: headers['if-modified-since'],
    };
    const status = isNotModified(conditions, document) ? 304 : 200;
    this.events.requested(format, status);
    reply
      .code(status)
      .headers(document.headers)
      .header('last-modified', lastModifiedHeader(document.lastModified, new Date()));
    if (status === 304) await reply.send();
    else await reply.type(document.contentType).send(document.body);
  }
}
