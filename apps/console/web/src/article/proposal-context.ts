import { lineDiff, type Stretch } from './text-diff.js';

/** Characters shown on each side of a proposal. */
const AROUND = 60;

/**
 * A proposal as it stands in its paragraph: the excerpt with what goes and what comes, and some text on either side. Where
 * the excerpt is not found, as in an excerpt that was cut, it is shown alone.
 */
export function proposalInContext(fieldText: string | null, before: string, after: string): Stretch[] {
  const change = lineDiff(before, after);
  const at = fieldText?.indexOf(before) ?? -1;
  if (fieldText === null || at === -1) return change;
  const left = fieldText.slice(0, at);
  const right = fieldText.slice(at + before.length);
  const lead = left.length > AROUND ? `…${left.slice(-AROUND)}` : left;
  const trail = right.length > AROUND ? `${right.slice(0, AROUND)}…` : right;
  const around = (text: string): Stretch[] => (text === '' ? [] : [{ kind: 'same', text }]);
  return [...around(lead), ...change, ...around(trail)];
}
