import { Inject, Injectable } from '@nestjs/common';
import type { ArticleContent, ArticleInput, CorrectionInput } from '@newsrelay/contracts/article';
import { Problem } from '@newsrelay/contracts/problem';
import {
  findVersion,
  isWithdrawn,
  lockArticle,
  lockOrCreateArticle,
  type NewVersion,
  type VersionRow,
} from '@newsrelay/ledger/article-versions';
import { recordChanges, type Actor } from '@newsrelay/ledger/audit';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER_BY_KEYS } from '@newsrelay/ledger/ledger-token';
import { IngestEvents } from '../events.js';
import { acceptVersion, checkPublishedAt, newArticleId, type Accepted } from './accept-version.js';
import { intakeChanges } from './intake-changes.js';
import { contentOfInput, inputHash, withoutStaleBody } from './article-content.js';
import { checkIfMatch } from './if-match.js';

/** What is taken in; `versionCreated` is when its sender made this version, of an article that names no time of publication. */
type Input = (ArticleInput | CorrectionInput) & { versionCreated?: string | undefined };

/** @throws Problem 422 */
function newVersion(
  input: Input,
  content: ArticleContent,
  note: string | null,
  previous: VersionRow | undefined,
  now: Date,
): NewVersion {
  const embargoUntil = dateOf(input.embargoUntil);
  const inputPublishedAt = dateOf(input.publishedAt);
  const born = dateOf(input.versionCreated) ?? now;
  const publishedAt = inputPublishedAt ?? inherited(previous, embargoUntil, now) ?? born;
  checkPublishedAt(publishedAt, embargoUntil, now);
  return {
    content,
    inputHash: inputHash(content, embargoUntil),
    inputPublishedAt,
    pageText: null,
    holds: [],
    repairs: [],
    note,
    publishedAt,
    embargoUntil,
  };
}

const dateOf = (time: string | null | undefined) => (time == null ? null : new Date(time));

/**
 * A version without a time of publication keeps the article's, however it comes in: readers sort by it, and a correction
 * does not make an article new. Null for a new article, and where that time lay ahead with an embargo that is lifted now.
 */
function inherited(previous: VersionRow | undefined, embargoUntil: Date | null, now: Date): Date | null {
  if (previous === undefined) return null;
  const embargoed = embargoUntil !== null && embargoUntil > now;
  return previous.published_at > now && !embargoed ? null : previous.published_at;
}

/** Articles by API: taken in, and corrected. Version and outbox row are one transaction. */
@Injectable()
export class ArticleIntake {
  constructor(
    @Inject(LEDGER_BY_KEYS) private readonly ledger: Ledger,
    @Inject(IngestEvents) private readonly events: IngestEvents,
  ) {}

  /** @throws Problem 422 */
  async take(
    input: ArticleInput & { versionCreated?: string | undefined },
    actor: Actor,
    now = new Date(),
  ): Promise<Accepted> {
    // Before the transaction: sanitising takes its time, and neither a lock nor a connection is to wait for it.
    const content = contentOfInput(input);
    const accepted = await this.ledger.transaction().execute(async (tx) => {
      const article = await lockOrCreateArticle(tx, {
        id: newArticleId(),
        source: input.source,
        sourceId: input.sourceId,
        pageDate: null,
      });
      const previous = await findVersion(tx, article.id, article.latest_version);
      const taken = await acceptVersion(tx, article, newVersion(input, content, null, previous, now), now);
      await recordChanges(tx, actor, intakeChanges('article.take', [taken]));
      return taken;
    });
    this.events.taken(accepted);
    return accepted;
  }

  /** @throws Problem 404, 409 if withdrawn, 412 if `ifMatch` names another version, 422 */
  async correct(
    id: string,
    input: CorrectionInput,
    ifMatch: string | undefined,
    actor: Actor & { source: string | null },
    now = new Date(),
  ): Promise<Accepted> {
    const accepted = await this.ledger.transaction().execute(async (tx) => {
      const article = await lockArticle(tx, id);
      // What another source sent is not there for a source's key: it learns of no article that it has not sent.
      if (article === undefined || (actor.source !== null && actor.source !== article.source))
        throw new Problem(404, 'There is no such article.');
      checkIfMatch(ifMatch, article.latest_version);
      checkIdentity(input, article);
      if (isWithdrawn(article) && article.latest_version <= article.withdrawn_through) {
        throw new Problem(409, 'The article is withdrawn; a correction cannot be made any more.');
      }
      const previous = await findVersion(tx, id, article.latest_version);
      if (previous === undefined) throw new Error(`article ${id} has no version ${article.latest_version}`);
      // Which of two bodies is the stale one is told by the version that is there.
      const correction = withoutStaleBody(input, previous.content);
      const version = newVersion(correction, contentOfInput(correction), input.note, previous, now);
      // What an editor corrects is what reads as the article's date, sent with it once or taken from its receipt or page.
      const taken = await acceptVersion(tx, article, version, now, (latest) => latest.published_at);
      await recordChanges(tx, actor, intakeChanges('article.correct', [taken]));
      return taken;
    });
    this.events.taken(accepted);
    return accepted;
  }
}

function checkIdentity(input: CorrectionInput, article: { source: string; source_id: string }): void {
  const errors = [
    ...(input.source !== undefined && input.source !== article.source
      ? [{ path: '/source', message: `must be ${article.source} or left out: it cannot change` }]
      : []),
    ...(input.sourceId !== undefined && input.sourceId !== article.source_id
      ? [{ path: '/sourceId', message: `must be ${article.source_id} or left out: it cannot change` }]
      : []),
  ];
  if (errors.length > 0) throw new Problem(422, 'The identity of an article cannot change.', errors);
}
