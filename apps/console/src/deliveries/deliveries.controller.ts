import { Controller, Get, Header, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { DELIVERY_STATES, RETRYABLE_STATES } from '@newsrelay/contracts/delivery';
import type { EvidenceFile } from '@newsrelay/contracts/evidence-chain';
import { Problem } from '@newsrelay/contracts/problem';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { decodeCursor, pageOf, pagingQuery, windowQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import { articleExists } from '@newsrelay/ledger/article-views';
import { recordChanges } from '@newsrelay/ledger/audit';
import type { Ledger } from '@newsrelay/ledger/database';
import { requestRetry } from '@newsrelay/ledger/deliveries';
import {
  findDeliveryView,
  listDeliveryViews,
  type DeliveryQuery,
  type DeliveryView,
} from '@newsrelay/ledger/delivery-views';
import { readEvidence } from '@newsrelay/ledger/evidence';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { ConsoleEvents } from '../events.js';
import { DueJobs } from './due-jobs.js';

const byArticleQuery = z.strictObject({
  ...pagingQuery,
  ...windowQuery,
  state: z.enum(DELIVERY_STATES).optional(),
  channel: z.string().max(63).optional(),
});
const listQuery = byArticleQuery.extend({ article: z.uuid().optional() });

@Controller('api/v1')
export class DeliveriesController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(DueJobs) private readonly dueJobs: DueJobs,
    @Inject(ConsoleEvents) private readonly events: ConsoleEvents,
  ) {}

  @Get('deliveries')
  @Needs('read')
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    return this.#page(query, query.article);
  }

  @Get('articles/:id/deliveries')
  @Needs('read')
  async ofArticle(
    @Param('id') id: string,
    @Query({ schema: byArticleQuery }) query: z.infer<typeof byArticleQuery>,
  ) {
    const known = z.uuid().safeParse(id).success && (await articleExists(this.ledger, id));
    if (!known) throw new Problem(404, 'There is no such article.');
    return this.#page(query, id);
  }

  /** One file, kept for ever: `./newsrelay verify-evidence FILE` tells whether it was changed. */
  @Get('articles/:id/evidence')
  @Needs('read')
  @Header('content-disposition', 'attachment; filename="evidence.json"')
  async evidence(@Param('id') id: string): Promise<EvidenceFile> {
    const known = z.uuid().safeParse(id).success && (await articleExists(this.ledger, id));
    if (!known) throw new Problem(404, 'There is no such article.');
    return readEvidence(this.ledger, id.toLowerCase());
  }

  @Get('deliveries/:id')
  @Needs('read')
  async read(@Param('id') id: string): Promise<DeliveryView> {
    const view = await findDeliveryView(this.ledger, id);
    if (view === undefined) throw new Problem(404, 'There is no such delivery.');
    return view;
  }

  /** The one safe button: the same key and bytes again, never past a newer version or a withdrawal. */
  @Post('deliveries/:id/retry')
  @Needs('retry')
  @HttpCode(202)
  async retry(@Param('id') id: string, @Caller() caller: Identity): Promise<DeliveryView> {
    const verdict = await requestRetry(this.ledger, id, RETRYABLE_STATES, (tx) =>
      recordChanges(tx, caller, [{ action: 'delivery.retry', subject: { kind: 'delivery', id } }]),
    );
    if (verdict.verdict === 'missing') throw new Problem(404, 'There is no such delivery.');
    if (verdict.verdict === 'refused')
      throw new Problem(409, `This delivery cannot be tried again: ${verdict.reason}.`);
    await this.dueJobs.of(verdict.delivery);
    this.events.retryAsked(id);
    return this.read(id);
  }

  async #page(query: z.infer<typeof byArticleQuery>, article: string | undefined) {
    const { cursor, ...filter } = query;
    const ledgerQuery: DeliveryQuery = { ...filter, article, after: decodeCursor(cursor) };
    const rows = await listDeliveryViews(this.ledger, ledgerQuery);
    return pageOf(
      rows,
      query.limit,
      ({ view, createdAt }) => ({ createdAt: createdAt.toISOString(), id: view.id }),
      ({ view }) => view,
    );
  }
}
