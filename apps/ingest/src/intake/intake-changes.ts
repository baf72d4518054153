import type { Change } from '@newsrelay/ledger/audit';
import type { Accepted } from './accept-version.js';

/** What an intake changed, one entry a new version: the same again changes nothing. */
export function intakeChanges(
  action: 'article.take' | 'article.correct',
  accepted: readonly Accepted[],
  detail: Record<string, unknown> = {},
): Change[] {
  return accepted
    .filter(({ duplicate }) => !duplicate)
    .map(({ id, version, state }) => ({
      action,
      subject: { kind: 'article', id },
      detail: { version, state, ...detail },
    }));
}
