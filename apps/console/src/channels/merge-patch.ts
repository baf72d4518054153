/**
 * JSON Merge Patch (RFC 7396, section 2): objects merge, null removes, everything else replaces. A member that `keep`
 * says so of leaves what is there as it is.
 */
export function mergePatch(
  target: unknown,
  patch: unknown,
  keep: (value: unknown) => boolean = () => false,
): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (keep(value)) continue;
    if (value === null) Reflect.deleteProperty(merged, name);
    else
      Object.defineProperty(merged, name, {
        value: mergePatch(merged[name], value, keep),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
