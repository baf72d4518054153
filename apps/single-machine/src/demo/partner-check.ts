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
  const of = (id: string) => taken.filter(({ uri }) => uri === `urn:uuid:${id}`);
  const lines = [
    `The partner's own record: ${articleIds.filter((id) => of(id).length > 0).length} articles taken under ${takenIds.size} webhook ids, ${repeated.length} repeated.`,
    ...refusals(after.slice(before.length), takenIds),
  ];
  if (before.length > 0 && after.length === before.length) lines.push('This run pushed nothing to it again.');
  const absent = articleIds.filter((id) => of(id).length === 0).length;
  // A correction and a withdrawal are pushes of their own; the same one under a second id is not.
  const twice = articleIds.filter((id) => {
    const events = of(id).map(({ type, version }) => `${type ?? ''} ${version ?? ''}`);
    return new Set(events).size < events.length;
  }).length;
  const faults = [
    ...(absent > 0 ? [`${absent} articles are not in the partner's record`] : []),
    ...(twice > 0 ? [`${twice} articles are in the partner's record more than once`] : []),
    ...(repeated.length > 0 ? [`${repeated.length} pushes came again after they were taken`] : []),
  ];
  return { lines, fault: faults.length === 0 ? null : faults.join(', ') };
}

/** One line for each way in which it refused something. */
function refusals(records: readonly PartnerRecord[], takenIds: ReadonlySet<string>): string[] {
  const refused = records.filter(({ result }) => result === 'refused');
  const answers = Map.groupBy(refused, ({ status, reason }) => `${status} (${reason ?? ''})`);
  return [...answers].map(([answer, times]) => {
    const ids = new Set(times.map(({ webhookId }) => webhookId));
    const later = [...ids].filter((id) => takenIds.has(id)).length;
    return `It answered ${answer} ${times.length} times, to ${ids.size} webhook ids; ${later} of them came again and were taken.`;
  });
}
