/** What every secret reads back as: always the same, so that it tells neither length nor content. No secret may be it. */
export const MASK = '********';

/** True for a value that was read back and is sent again unchanged. */
export function isMasked(value: unknown): boolean {
  return value === MASK;
}

/** Secrets as an answer or a log may show them: which are set, and nothing more. */
export function maskSecrets(secrets: Record<string, unknown>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [
      name,
      value === null || value === undefined ? null : MASK,
    ]),
  );
}

/** The members of a patch that really change something: what reads as the mask stays as it is stored. */
export function withoutMasked(patch: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => !isMasked(value)));
}

/** Shorter values are too likely to stand in a text by chance. */
const SHORTEST_SECRET = 8;

/** A text of somebody else's, such as an outlet's answer, without the secrets that it repeats. */
export function redact(text: string | null, secrets: Record<string, unknown>): string | null {
  if (text === null) return null;
  return Object.values(secrets)
    .filter((secret): secret is string => typeof secret === 'string' && secret.length >= SHORTEST_SECRET)
    .reduce((shown, secret) => shown.replaceAll(secret, MASK), text);
}
