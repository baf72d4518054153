import { randomUUID } from 'node:crypto';
import type { Hold, Repair, VersionState } from '@newsrelay/contracts/article';
import { Problem } from '@newsrelay/contracts/problem';
import {
  findVersion,
  insertVersion,
  isWithdrawn,
  type ArticleRow,
  type NewVersion,
  type VersionRow,
} from '@newsrelay/ledger/article-versions';
import type { LedgerTransaction } from '@newsrelay/ledger/database';
import { hashOfStored } from './article-content.js';

/** What taking a version in came to. */
export interface Accepted {
  id: string;
  version: number;
  state: VersionState;
  holds: Hold[];
  repairs: Repair[];
  duplicate: boolean;
}

/** publishedAt may be this far ahead of the clock without an embargo, in milliseconds. */
const AHEAD_MS = 5 * 60_000;

export const WITHDRAWN_BEFORE: Hold = {
  code: 'withdrawn-before',
  message: '本稿曾被撤回，再次收到，须经编辑确认后方可发布。',
};

/** An embargo that is over holds nothing back. @throws Problem 422 for a time of publication that lies ahead without an embargo */
export function checkPublishedAt(publishedAt: Date, embargoUntil: Date | null, now: Date): void {
  const embargoed = embargoUntil !== null && embargoUntil > now;
  if (!embargoed && publishedAt.getTime() > now.getTime() + AHEAD_MS) {
    throw new Problem(422, 'publishedAt: lies more than 5 minutes ahead; set embargoUntil to publish later', [
      { path: '/publishedAt', message: 'lies more than 5 minutes ahead; set embargoUntil to publish later' },
    ]);
  }
}

/** The time of publication that a version's own is compared with; null for none. */
type DateToCompare = (latest: VersionRow) => Date | null;
const asSent: DateToCompare = (latest) => latest.input_published_at;

/** A → B → A makes a third version: only the latest one received is compared, as it was sent. */
function isSameAgain(latest: VersionRow, version: NewVersion, dateOf: DateToCompare): boolean {
  const [before, now] = [dateOf(latest), version.inputPublishedAt];
  if (before !== null && now !== null && before.getTime() !== now.getTime()) return false;
  if (latest.input_hash === version.inputHash) return true;
  // What GET shows, sent back unchanged: a page's article reads differently from what was sent, after its repairs.
  return (
    version.pageText === null && hashOfStored(latest.content, latest.embargo_until) === version.inputHash
  );
}

/**
 * Takes a version into the ledger: the same again, held, scheduled or released. The article must be locked. `dateOf` is
 * what a time of publication is compared with, where both are there.
 */
export async function acceptVersion(
  tx: LedgerTransaction,
  article: ArticleRow,
  version: NewVersion,
  now: Date,
  dateOf: DateToCompare = asSent,
): Promise<Accepted> {
  const latest = await findVersion(tx, article.id, article.latest_version);
  if (latest !== undefined && latest.state !== 'withdrawn' && isSameAgain(latest, version, dateOf)) {
    return {
      id: article.id,
      version: latest.version,
      state: latest.state,
      holds: latest.holds,
      repairs: latest.repairs,
      duplicate: true,
    };
  }
  const holds = isWithdrawn(article) ? [WITHDRAWN_BEFORE, ...version.holds] : version.holds;
  const embargoed = version.embargoUntil !== null && version.embargoUntil > now;
  const state = holds.length > 0 ? 'held' : embargoed ? 'scheduled' : 'published';
  const number = await insertVersion(tx, article, { ...version, holds }, state);
  return { id: article.id, version: number, state, holds, repairs: version.repairs, duplicate: false };
}

export function newArticleId(): string {
  return randomUUID();
}
