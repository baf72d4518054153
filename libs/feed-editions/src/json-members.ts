import { legalText } from '@newsrelay/channel-feed/xml';
import type { Profile, ProfileNode } from './profile.js';
import type { Values } from './values.js';
import { conditionsHold, rowsOf, writtenValue } from './written-value.js';

/** The members as an object of JSON; in texts what XML cannot hold is left out as well, so that all formats say the same. */
export function jsonMembers(
  nodes: readonly ProfileNode[],
  values: Values,
  profile: Profile,
): Record<string, unknown> {
  const members = nodes.flatMap((node) => {
    if (node.each === undefined && !conditionsHold(node, values)) return [];
    const value = jsonValue(node, values, profile);
    return value === null && node.empty !== 'keep' ? [] : [[node.name, value] as const];
  });
  return Object.fromEntries(members);
}

function jsonValue(node: ProfileNode, values: Values, profile: Profile): unknown {
  if (node.each === undefined) return oneValue(node, values, profile);
  const rows = rowsOf(node, values)
    .filter((row) => conditionsHold(node, row))
    .map((row) => oneValue(node, row, profile))
    .filter((value) => value !== null);
  return rows.length === 0 ? null : rows;
}

function oneValue(node: ProfileNode, values: Values, profile: Profile): unknown {
  if (node.children !== undefined) {
    const members = jsonMembers(node.children, values, profile);
    return Object.keys(members).length === 0 ? null : members;
  }
  const written = writtenValue(node, values, profile);
  if (typeof written === 'string') return legalText(written);
  return Array.isArray(written) ? written.map((text: string) => legalText(text)) : written;
}
