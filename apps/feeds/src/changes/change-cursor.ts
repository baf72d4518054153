import { createHash } from 'node:crypto';
import { Problem } from '@newsrelay/contracts/problem';
import type { Ledger } from '@newsrelay/ledger/database';
import { findLogMark, type LogMark } from '@newsrelay/ledger/feed-log';
import type { ShelvedChannel } from '@newsrelay/ledger/feed-shelf';

/*
 * A cursor names an entry of the feed's log, and proves that it means that very entry: a ledger that was restored from a backup gives
 * numbers that were lost to other entries, and whoever had read the lost ones would overlook these.
 */

const CURSOR = /^([0-9a-z]{1,12})-([\w-]{16})$/;

function digest(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 16);
}

/** The position behind an entry. */
export function cursorBehind(channel: ShelvedChannel, mark: LogMark): string {
  const { number, articleId, version, action, at } = mark;
  const proof = digest([channel.id, number, articleId, version, action, at.toISOString()]);
  return `${BigInt(number).toString(36)}-${proof}`;
}

/** The position before everything. */
export function firstCursor(channel: ShelvedChannel): string {
  return `0-${digest([channel.id, channel.createdAt.toISOString()])}`;
}

/**
 * The number of the entry that a cursor stands behind, decimal; '0' at the beginning.
 *
 * @throws Problem 400 for a cursor that this feed did not give, or of a history that is not there any more
 */
export async function positionOf(
  ledger: Ledger,
  channel: ShelvedChannel,
  cursor: string | undefined,
): Promise<string> {
  if (cursor === undefined || cursor === firstCursor(channel)) return '0';
  const written = CURSOR.exec(cursor)?.[1];
  const number = written === undefined ? 0 : Number.parseInt(written, 36);
  const mark =
    Number.isSafeInteger(number) && number > 0
      ? await findLogMark(ledger, channel.id, String(number))
      : undefined;
  if (mark !== undefined && cursorBehind(channel, mark) === cursor) return mark.number;
  throw new Problem(
    400,
    'The cursor is not one of this feed, or of a history that was lost when a backup was brought back: begin again without it. What you have already comes once more, under the same ids.',
    [{ path: '/after', message: 'is not a cursor of this feed' }],
  );
}
