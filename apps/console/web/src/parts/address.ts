/** An address that may become a link: http and https only, whatever an outlet answered; null for all others. */
export function safeHref(address: string | null): string | null {
  if (address === null) return null;
  try {
    const url = new URL(address);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}
