import { isDeepStrictEqual } from 'node:util';
import { Problem } from '@newsrelay/contracts/problem';
import { withoutMasked } from '@newsrelay/sealing/mask';
import { isObject } from './merge-patch.js';

/* What a merge patch of something with settings and secrets means. */

/** Names of what a patch changes, one level into settings and secrets; never a value. */
export function changedFields(before: object, after: object): string[] {
  const old: Record<string, unknown> = { ...before };
  return Object.entries(after).flatMap(([name, value]: [string, unknown]) => {
    if (isDeepStrictEqual(old[name], value)) return [];
    if (!isObject(value) || !isObject(old[name])) return [name];
    const inner = new Set([...Object.keys(old[name]), ...Object.keys(value)]);
    const was = old[name];
    return [...inner]
      .filter((key) => !isDeepStrictEqual(was[key], value[key]))
      .map((key) => `${name}.${key}`);
  });
}

/** Secrets that the type makes where the operator gave none. */
export function generatedSecrets(
  manifest: { generateSecrets?: () => Record<string, string> },
  given: Record<string, unknown>,
): Record<string, string> {
  const made = manifest.generateSecrets?.() ?? {};
  return Object.fromEntries(
    Object.entries(made).filter(([name]) => given[name] === undefined || given[name] === null),
  );
}

/** What GET shows may be sent back whole: read-only members, and secrets that read as their mask, change nothing. */
export function changesOf(patch: unknown, readOnly: readonly string[]): unknown {
  if (!isObject(patch)) return patch;
  const changes = Object.fromEntries(Object.entries(patch).filter(([name]) => !readOnly.includes(name)));
  const { secrets } = changes;
  if (secrets === null) {
    const message = 'must be an object; null for one secret has a new one made';
    throw new Problem(422, `secrets: ${message}`, [{ path: '/secrets', message }]);
  }
  return isObject(secrets) ? { ...changes, secrets: withoutMasked(secrets) } : changes;
}

/** @throws Problem 422 for another id or type; `what` it is of, for people */
export function refuseNewIdentity(
  input: { id: string; type: string },
  stored: { id: string; type: string },
  what: string,
): void {
  const errors = (['id', 'type'] as const)
    .filter((name) => input[name] !== stored[name])
    .map((name) => ({
      path: `/${name}`,
      message: `is ${stored[name]} and cannot change: make another ${what}`,
    }));
  if (errors.length > 0) throw new Problem(422, `The id and the type of this ${what} do not change.`, errors);
}
