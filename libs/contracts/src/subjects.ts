/** Every subject, stream, consumer and queue name; `docs/contracts.md` lists them. */

export const SUBJECTS = {
  /** A version was released: {@link articleReleased}. */
  articleReleased: 'newsrelay.article.released',
  /** An article was withdrawn: {@link articleWithdrawn}. */
  articleWithdrawn: 'newsrelay.article.withdrawn',
  /** A rendition is ready for a batch of channels: {@link renditionReady}. */
  renditionReady: 'newsrelay.rendition.ready',
  /** Messages that could not be handled; the original subject is appended. */
  dead: 'newsrelay.dead',
} as const;

export const STREAMS = {
  articles: 'NEWSRELAY_ARTICLES',
  renditions: 'NEWSRELAY_RENDITIONS',
  dead: 'NEWSRELAY_DEAD',
} as const;

/** Days a message can be replayed from JetStream; the ledger keeps the rest. */
export const STREAM_MAX_AGE_DAYS = 7;
/** Covers a publisher's retries only; the ledger does the long term. */
export const DUPLICATE_WINDOW_SECONDS = 120;

export const CONSUMERS = { transform: 'transform', publish: 'publish' } as const;

export const QUEUES = {
  /** What is to be tried at once: an operator's retry, and new deliveries that their process has no room for. */
  deliveries: 'newsrelay-deliveries',
  /** Publishing that comes again later: never in front of a first attempt. */
  retries: 'newsrelay-retries',
  /** Withdrawals: a lane of their own, never behind anything else. */
  withdrawals: 'newsrelay-withdrawals',
} as const;

/** PostgreSQL NOTIFY channels: they wake, they never carry truth. */
export const NOTIFICATIONS = {
  /** Payload: article id. Senders abort what is in flight, feeds drop the content. */
  articleWithdrawn: 'newsrelay_article_withdrawn',
  /** Payload: channel id. A served channel has something to put on its shelf. */
  channelServed: 'newsrelay_channel_served',
  /** Payload: channel id. Settings, pause, deletion or tokens of a channel changed. */
  channelChanged: 'newsrelay_channel_changed',
  /** Payload empty. The outbox has rows. */
  outbox: 'newsrelay_outbox',
  /** Payload empty. The hub has something to tell a callback. */
  hubRequests: 'newsrelay_hub_requests',
  /** Payload empty. Operators are to be told of something. */
  operatorEvents: 'newsrelay_operator_events',
} as const;
