import type { AttemptResult, DeliveryFacts, Publisher } from '@newsrelay/channel-kit/connector';
import type { RenditionContent } from '@newsrelay/channel-kit/rendition';
import { canonicalJson } from '@newsrelay/contracts/canonical-json';
import { itemId } from './feed-item.js';
import type { FeedSettings } from './settings.js';

const nothingSent = { status: null, error: null, response: null };

/**
 * Nothing goes out: the feeds service takes what is accepted onto the channel's shelf and calls it delivered once a GET
 * serves it.
 */
export const feedPublisher: Publisher<FeedSettings, Record<string, never>> = {
  /** What the shelf is asked for, by ids: the text stays in the rendition. */
  compose: (_rendition: RenditionContent, { articleId, version, action }: DeliveryFacts): string =>
    canonicalJson({ id: itemId(articleId), version, action }),

  publish: (): Promise<AttemptResult> => Promise.resolve({ ...nothingSent, outcome: 'pending' }),

  /** A feed has no other side that could refuse. */
  check: (): Promise<AttemptResult> => Promise.resolve({ ...nothingSent, outcome: 'delivered' }),
};
