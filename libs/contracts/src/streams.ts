import { DUPLICATE_WINDOW_SECONDS, STREAM_MAX_AGE_DAYS, STREAMS, SUBJECTS } from './subjects.js';

const DAY_SECONDS = 86_400;
const limits = {
  maxAgeSeconds: STREAM_MAX_AGE_DAYS * DAY_SECONDS,
  duplicateWindowSeconds: DUPLICATE_WINDOW_SECONDS,
};

/** Advisories about messages that a consumer has given up: core NATS, lost unless a stream captures them. */
const MAX_DELIVERIES_ADVISORIES = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>';

/** Every stream, as each process creates or checks it at start. */
export const STREAM_SPECS = [
  { name: STREAMS.articles, subjects: ['newsrelay.article.>'], ...limits },
  { name: STREAMS.renditions, subjects: ['newsrelay.rendition.>'], ...limits },
  {
    name: STREAMS.dead,
    subjects: [`${SUBJECTS.dead}.>`, MAX_DELIVERIES_ADVISORIES],
    ...limits,
    maxAgeSeconds: 30 * DAY_SECONDS,
  },
] as const;
