/** What a request brings along to show who it is from. */
export interface Credentials {
  authorization: string | undefined;
}

/**
 * Whether whoever sent the request may read the topic, and so may have it pushed. The one place that the hub asks; every feed is
 * public.
 */
export function mayRead(_feedChannelId: string, _credentials: Credentials): Promise<boolean> {
  return Promise.resolve(true);
}
