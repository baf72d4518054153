import type { z } from 'zod';

/** What is read: `process.env` in production, a plain object in tests. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that cannot be used; the message names each setting and the fix. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads the settings that `schema` names; empty values count as unset. Unknown variables are not ours and ignored.
 * @throws SettingsError that names every wrong setting
 */
export function readEnvironment<S extends z.ZodObject>(
  schema: S,
  environment: Environment = process.env,
): z.output<S> {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .map((name) => [name, environment[name]?.trim()] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '');
    return name in given ? `${name}: ${issue.message}` : `${name} is not set: ${issue.message}`;
  });
  throw new SettingsError(lines.join('\n'));
}

/** Settings as they may be logged: what is named like a secret or carries a password shows as `set` only. */
export function loggableSettings(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      if (value === undefined || value === null) return [name, 'unset'];
      return [
        name,
        /KEY|SECRET|TOKEN|PASSWORD|HEADERS|_URL$/.test(name) && name !== 'NEWSRELAY_PUBLIC_URL'
          ? 'set'
          : value,
      ];
    }),
  );
}
