import { CONSUMERS, STREAMS } from '@newsrelay/contracts/subjects';
import type { ConsumerSpec } from '@newsrelay/messaging/consumer-spec';

/** What transform consumes. */
export const TRANSFORM_CONSUMERS: ConsumerSpec[] = [
  {
    durable: CONSUMERS.transform,
    stream: STREAMS.articles,
    filterSubject: 'newsrelay.article.>',
    concurrency: 16,
  },
];
