/** What a request brings along to show who it is from. */
export interface Credentials {
  authorization: string | undefined;
}

export type MayRead = (feedChannelId: string, credentials: Credentials) => Promise<boolean>;

/**
 * Whether whoever sent the request may read the topic, and so may have it pushed. The one place that the hub asks; every feed is
 * public.
 */
export const mayRead: MayRead = () => Promise.resolve(true);
