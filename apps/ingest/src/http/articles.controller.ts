import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  approvalInput,
  articleInput,
  correctionInput,
  discardInput,
  VERSION_STATES,
  withdrawalInput,
  type CorrectionInput,
} from '@newsrelay/contracts/article';
import { Problem } from '@newsrelay/contracts/problem';
import { parseOrProblem } from '@newsrelay/contracts/problem-from-zod';
import { JSON_TYPE, NINJS_TYPE } from '@newsrelay/http-api/body-parsers';
import { Takes } from '@newsrelay/http-api/content-type.guard';
import { Caller, refuseOtherSource, type Identity } from '@newsrelay/http-api/identity';
import { decodeCursor, pageOf, pagingQuery, windowQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import { findArticleView, listArticleViews, type ArticleView } from '@newsrelay/ledger/article-views';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import type { Accepted } from '../intake/accept-version.js';
import { ArticleIntake } from '../intake/article-intake.js';
import { articleETag } from '../intake/if-match.js';
import { articleOfNinjs, isNinjs } from '../intake/ninjs.js';
import { Review } from '../review/review.js';
import { Withdrawal } from '../withdrawal/withdrawal.js';

const listQuery = z.strictObject({
  ...pagingQuery,
  ...windowQuery,
  state: z.enum(VERSION_STATES).optional(),
  source: z.string().max(60).optional(),
  section: z.string().max(60).optional(),
  q: z.string().min(1).max(200).optional(),
});
const intakeQuery = z.strictObject({ source: z.string().min(1).max(60).optional() });

/** `{id}` of an article. @throws Problem 404 for what cannot be one */
function articleId(id: string): string {
  if (!z.uuid().safeParse(id).success) throw new Problem(404, 'There is no such article.');
  return id.toLowerCase();
}

function answerOf(accepted: Accepted) {
  const { id, version, state, holds, duplicate } = accepted;
  return { id, version, state, holds, duplicate };
}

@Controller('api/v1/articles')
export class ArticlesController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(ArticleIntake) private readonly intake: ArticleIntake,
    @Inject(Review) private readonly review: Review,
    @Inject(Withdrawal) private readonly withdrawal: Withdrawal,
  ) {}

  @Post()
  @Needs('intake')
  @Takes(JSON_TYPE, NINJS_TYPE)
  async take(
    @Body() body: unknown,
    @Query({ schema: intakeQuery }) query: z.infer<typeof intakeQuery>,
    @Headers('content-type') contentType: string | undefined,
    @Caller() caller: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const input = isNinjs(contentType)
      ? articleOfNinjs(body, query.source)
      : parseOrProblem(articleInput, body);
    refuseOtherSource(caller, input.source);
    const accepted = await this.intake.take(input, caller);
    reply.status(accepted.duplicate ? 200 : 202);
    return answerOf(accepted);
  }

  @Get()
  @Needs('read')
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const { cursor, ...filter } = query;
    const rows = await listArticleViews(this.ledger, { ...filter, after: decodeCursor(cursor, z.uuid()) });
    return pageOf(
      rows,
      query.limit,
      ({ view, createdAt }) => ({ createdAt: createdAt.toISOString(), id: view.id }),
      ({ view }) => view,
    );
  }

  @Get(':id')
  @Needs('read')
  async read(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<ArticleView> {
    return this.#shown(await findArticleView(this.ledger, articleId(id)), reply);
  }

  @Get(':id/versions/:version')
  @Needs('read')
  async readVersion(
    @Param('id') id: string,
    @Param('version') version: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ArticleView> {
    if (!/^[1-9]\d{0,8}$/.test(version)) throw new Problem(404, 'There is no such version.');
    return this.#shown(await findArticleView(this.ledger, articleId(id), Number(version)), reply);
  }

  @Put(':id')
  @Needs('intake')
  async correct(
    @Param('id') id: string,
    @Body({ schema: correctionInput }) input: CorrectionInput,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() caller: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const accepted = await this.intake.correct(articleId(id), input, ifMatch, caller);
    reply.status(accepted.duplicate ? 200 : 202).header('etag', articleETag(accepted.version));
    return answerOf(accepted);
  }

  @Post(':id/approve')
  @Needs('review')
  @HttpCode(200)
  async approve(
    @Param('id') id: string,
    @Body({ schema: approvalInput }) input: z.infer<typeof approvalInput>,
    @Caller() caller: Identity,
  ): Promise<ArticleView> {
    return this.review.approve(articleId(id), input.version, input.repairs, caller);
  }

  @Post(':id/discard')
  @Needs('review')
  @HttpCode(200)
  async discard(
    @Param('id') id: string,
    @Body({ schema: discardInput }) input: z.infer<typeof discardInput>,
    @Caller() caller: Identity,
  ): Promise<ArticleView> {
    return this.review.discard(articleId(id), input.version, caller);
  }

  @Post(':id/withdraw')
  @Needs('withdraw')
  async withdraw(
    @Param('id') id: string,
    @Body({ schema: withdrawalInput }) input: z.infer<typeof withdrawalInput>,
    @Caller() caller: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { orderId, repeated } = await this.withdrawal.order(articleId(id), input.reason, caller);
    reply.status(repeated ? 200 : 202);
    return { orderId };
  }

  #shown(view: ArticleView | undefined, reply: FastifyReply): ArticleView {
    if (view === undefined) throw new Problem(404, 'There is no such article or version.');
    reply.header('etag', articleETag(view.version));
    return view;
  }
}
