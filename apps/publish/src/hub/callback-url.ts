/**
 * A callback with our parameters behind its own query, which stays as it is (W3C Recommendation "WebSub", section 5.3): it may
 * mean something to the subscriber as it is spelt.
 */
export function callbackUrl(callback: string, parameters: Readonly<Record<string, string>>): string {
  const query = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  if (!callback.includes('?')) return `${callback}?${query}`;
  return /[?&]$/.test(callback) ? `${callback}${query}` : `${callback}&${query}`;
}
