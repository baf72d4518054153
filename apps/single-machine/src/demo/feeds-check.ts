export const FEED_FORMATS = ['rss', 'atom', 'json'] as const;

export function feedUrls(baseUrl: string, feed: string): string[] {
  return FEED_FORMATS.map((format) => `${baseUrl}/feeds/${feed}.${format}`);
}

/** Reads a feed as a subscriber would, unless `stopping`. @returns the ids of `articleIds` that it does not serve */
export async function missingFrom(
  url: string,
  articleIds: readonly string[],
  stopping: AbortSignal,
): Promise<string[]> {
  stopping.throwIfAborted();
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  return articleIds.filter((id) => !response.ok || !text.includes(`urn:uuid:${id}`));
}
