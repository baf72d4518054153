import { Inject, Injectable } from '@nestjs/common';
import type { ArticleContent, Repair } from '@newsrelay/contracts/article';
import { jsonPointer, Problem, type FieldError } from '@newsrelay/contracts/problem';
import {
  discardVersion,
  findVersion,
  lockArticle,
  releaseVersion,
  saveReview,
  type ArticleRow,
  type VersionRow,
} from '@newsrelay/ledger/article-versions';
import { findArticleView, type ArticleView } from '@newsrelay/ledger/article-views';
import { recordChanges, type Actor } from '@newsrelay/ledger/audit';
import type { Ledger, LedgerTransaction } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { applyDecisions } from '@newsrelay/newspaper-page/apply-decisions';
import { IngestEvents } from '../events.js';

export type Decisions = Record<string, 'accept' | 'reject'>;

/** An editor's word on a held or scheduled version. */
@Injectable()
export class Review {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(IngestEvents) private readonly events: IngestEvents,
  ) {}

  /**
   * Releases a held version with its proposals decided, or schedules it until its embargo ends. Repeating it is fine.
   * @throws Problem 404, 409 for another version or state, 422 for proposals left undecided
   */
  async approve(
    articleId: string,
    version: number,
    decisions: Decisions,
    actor: Actor,
    now = new Date(),
  ): Promise<ArticleView> {
    const view = await this.ledger.transaction().execute(async (tx) => {
      const { article, row } = await versionOrProblem(tx, articleId, version);
      if (row?.version !== article.latest_version) throw otherVersion(article, version);
      if (row.state !== 'published' && row.state !== 'scheduled') {
        if (row.state !== 'held')
          throw new Problem(409, `Version ${version} is ${row.state}; only a held version can be approved.`);
        checkDecisions(row.repairs, decisions);
        checkHeadline(row);
        const embargoed = row.embargo_until !== null && row.embargo_until > now;
        await saveReview(tx, articleId, version, {
          content: decidedContent(row, decisions),
          repairs: row.repairs.map((repair) => ({
            ...repair,
            decision: decisions[repair.id] ?? repair.decision,
          })),
          state: embargoed ? 'scheduled' : 'held',
        });
        if (!embargoed) await releaseVersion(tx, articleId, version);
        const detail = { version, state: embargoed ? 'scheduled' : 'published', repairs: decisions };
        await recordChanges(tx, actor, [
          { action: 'article.approve', subject: { kind: 'article', id: articleId }, detail },
        ]);
      } else refuseOtherDecisions(row.repairs, decisions);
      return viewOrProblem(tx, articleId);
    });
    this.events.reviewed(articleId, version, view.state);
    return view;
  }

  /**
   * A held or scheduled version that shall not go out, an older one as well: it is public at its embargo's end while its
   * correction is still held. Repeating it is fine. @throws Problem 404, 409
   */
  async discard(articleId: string, version: number, actor: Actor): Promise<ArticleView> {
    const view = await this.ledger.transaction().execute(async (tx) => {
      const { article, row } = await versionOrProblem(tx, articleId, version);
      if (row === undefined) throw otherVersion(article, version);
      if (row.state === 'held' || row.state === 'scheduled') {
        await discardVersion(tx, articleId, version);
        await recordChanges(tx, actor, [
          { action: 'article.discard', subject: { kind: 'article', id: articleId }, detail: { version } },
        ]);
      } else if (row.state !== 'discarded') {
        throw new Problem(
          409,
          `Version ${version} is ${row.state}; only a held or scheduled version can be discarded.`,
        );
      }
      return viewOrProblem(tx, articleId);
    });
    this.events.reviewed(articleId, version, view.state);
    return view;
  }
}

/** The article, locked, and its version, if there is one of that number. */
async function versionOrProblem(
  tx: LedgerTransaction,
  articleId: string,
  version: number,
): Promise<{ article: ArticleRow; row: VersionRow | undefined }> {
  const article = await lockArticle(tx, articleId);
  if (article === undefined) throw new Problem(404, 'There is no such article.');
  return { article, row: await findVersion(tx, articleId, version) };
}

function otherVersion(article: ArticleRow, version: number): Problem {
  return new Problem(
    409,
    `The article is at version ${article.latest_version}; version ${version} is not the one to decide on.`,
    [{ path: '/version', message: `must be ${article.latest_version}` }],
  );
}

async function viewOrProblem(tx: LedgerTransaction, articleId: string): Promise<ArticleView> {
  const view = await findArticleView(tx, articleId);
  if (view === undefined) throw new Problem(404, 'There is no such article.');
  return view;
}

/** No outlet can show an article without one, and it is not invented. */
function checkHeadline(row: VersionRow): void {
  if (row.content.headline !== '') return;
  const message = 'has no headline; send the article with one by PUT';
  throw new Problem(422, `version: ${message}`, [{ path: '/version', message }]);
}

/** A repeat is fine; one that decides otherwise would be taken for done. */
function refuseOtherDecisions(repairs: readonly Repair[], decisions: Decisions): void {
  const errors = repairs
    .filter(
      ({ id, decision }) => decision !== null && decisions[id] !== undefined && decisions[id] !== decision,
    )
    .map(({ id, decision }) => ({
      path: jsonPointer(['repairs', id]),
      message: `was decided: ${decision ?? ''}`,
    }));
  if (errors.length > 0) {
    throw new Problem(409, 'The version was approved with other decisions; correct it by PUT.', errors);
  }
}

function checkDecisions(repairs: readonly Repair[], decisions: Decisions): void {
  const proposals = repairs.filter((repair) => repair.class === 'propose');
  const errors: FieldError[] = [
    ...proposals
      .filter((repair) => decisions[repair.id] === undefined)
      .map((repair) => ({
        path: jsonPointer(['repairs', repair.id]),
        message: `must be "accept" or "reject": ${repair.before} → ${repair.after}`,
      })),
    ...Object.keys(decisions)
      .filter((id) => !proposals.some((repair) => repair.id === id))
      .map((id) => ({ path: jsonPointer(['repairs', id]), message: 'is no proposal of this version' })),
  ];
  if (errors.length > 0)
    throw new Problem(422, 'Every proposed repair must be decided, and nothing else.', errors);
}

function decidedContent(row: VersionRow, decisions: Decisions): ArticleContent {
  const { kicker, headline, subtitle, body } = row.content;
  return { ...row.content, ...applyDecisions({ kicker, headline, subtitle, body }, row.repairs, decisions) };
}
