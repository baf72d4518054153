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
