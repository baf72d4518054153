import { CONSUMERS, STREAMS, SUBJECTS } from '@newsrelay/contracts/subjects';
import type { ConsumerSpec } from '@newsrelay/messaging/consumer-spec';

/** What publish consumes. */
export const PUBLISH_CONSUMERS: ConsumerSpec[] = [
  {
    durable: CONSUMERS.publish,
    stream: STREAMS.renditions,
    filterSubject: SUBJECTS.renditionReady,
    concurrency: 16,
  },
];
