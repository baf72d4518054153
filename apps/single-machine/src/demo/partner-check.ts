import type { PartnerRecord } from './partner-records.js';

export interface PartnerVerdict {
  /** What the partner's records say, for a person. */
  readonly lines: readonly string[];
  /** What should not be, or null. */
  readonly fault: string | null;
}

/**
 * Judges by the partner's own records whether each article reached it exactly once, and what this run added.
 *
 * @param before the records when this run began, a beginning of `after`
 */
export function checkPartner(
  before: readonly PartnerRecord[],
  after: readonly PartnerRecord[],
  articleIds: readonly string[],
): PartnerVerdict {
  const taken = after.filter(({ result }) => result === 'taken');
  const repeated = after.filter(({ result }) => result === 'repeated');
  const takenIds = new Set(taken.map(({ webhookId }) => webhookId));
  const times = articleIds.map((id) => taken.filter(({ uri }) => uri === `urn:uuid:${id}`).length);
  const lines = [
    `The partner's own record: ${taken.length} articles taken under ${takenIds.size} webhook ids, ${repeated.length} repeated.`,
  ];
  for (const refusal of after.slice(before.length).filter(({ result }) => result === 'refused')) {
    const later = taken.some(({ webhookId }) => webhookId === refusal.webhookId);
    lines.push(
      `It answered ${refusal.status} once (${refusal.reason ?? ''})${later ? '; the same webhook id came again and was taken' : ''}.`,
    );
  }
  if (before.length > 0 && after.length === before.length) lines.push('This run pushed nothing to it again.');
  const absent = times.filter((count) => count === 0).length;
  const twice = times.filter((count) => count > 1).length;
  const faults = [
    ...(absent > 0 ? [`${absent} articles are not in the partner's record`] : []),
    ...(twice > 0 ? [`${twice} articles are in the partner's record more than once`] : []),
    ...(repeated.length > 0 ? [`${repeated.length} pushes came again after they were taken`] : []),
  ];
  return { lines, fault: faults.length === 0 ? null : faults.join(', ') };
}
