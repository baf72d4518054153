import { readFileSync } from 'node:fs';
import type { z } from 'zod';

/** What is read: `process.env` in production, a plain object in tests. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that cannot be used; the message names each setting and the fix. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Settings that hold a secret, as a password in a URL is one: each may be given as a file instead, by its name and
 * `_FILE`, as Docker and Kubernetes hand secrets out.
 */
export const SECRET_SETTINGS: readonly string[] = [
  'DATABASE_URL',
  'REDIS_URL',
  'NATS_URL',
  'NEWSRELAY_ADMIN_KEY',
  'NEWSRELAY_ENCRYPTION_KEY',
  'NEWSRELAY_OUTBOUND_PROXY',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

/** The setting that names the file of a secret one. */
export const fileSetting = (name: string): string => `${name}_FILE`;

/** A secret as its file holds it. @returns its text, or what is wrong with the file */
function readSecretFile(setting: string, path: string): { text: string } | { wrong: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return { wrong: `${setting}: ${path} cannot be read (${code}): name a file that this account may read` };
  }
  return text === '' ? { wrong: `${setting}: ${path} is empty: write the secret into it` } : { text };
}

/**
 * Reads the settings that `schema` names; empty values count as unset. Unknown variables are not ours and ignored.
 * @throws SettingsError that names every wrong setting
 */
export function readEnvironment<S extends z.ZodObject>(
  schema: S,
  environment: Environment = process.env,
): z.output<S> {
  const given: Record<string, string> = {};
  /** How a setting was given, for messages: by itself or by its file. */
  const givenBy = new Map<string, string>();
  const wrong: string[] = [];
  for (const name of Object.keys(schema.shape)) {
    const value = environment[name]?.trim() ?? '';
    const byFile = fileSetting(name);
    const path = SECRET_SETTINGS.includes(name) ? (environment[byFile]?.trim() ?? '') : '';
    givenBy.set(name, path === '' ? name : byFile);
    if (value !== '' && path !== '') wrong.push(`${name} and ${byFile} are both set: set one of them`);
    else if (value !== '') given[name] = value;
    else if (path !== '') {
      const secret = readSecretFile(byFile, path);
      if ('text' in secret) given[name] = secret.text;
      else wrong.push(secret.wrong);
    }
  }
  const result = schema.safeParse(given);
  if (result.success && wrong.length === 0) return result.data;
  for (const issue of result.error?.issues ?? []) {
    const name = String(issue.path[0] ?? '');
    if (name in given) wrong.push(`${givenBy.get(name) ?? name}: ${issue.message}`);
    // What is wrong with its file was said above.
    else if (!wrong.some((line) => line.startsWith(`${name} `) || line.startsWith(`${fileSetting(name)}:`)))
      wrong.push(`${name} is not set: ${issue.message}`);
  }
  throw new SettingsError(wrong.join('\n'));
}

/** Settings as they may be logged: what is named like a secret or carries a password shows as `set` only. */
export function loggableSettings(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      if (value === undefined || value === null) return [name, 'unset'];
      return [
        name,
        /KEY|SECRET|TOKEN|PASSWORD|HEADERS|_URL$|OUTBOUND_PROXY$/.test(name) &&
        name !== 'NEWSRELAY_PUBLIC_URL'
          ? 'set'
          : value,
      ];
    }),
  );
}
