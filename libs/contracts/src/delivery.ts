export const DELIVERY_ACTIONS = ['publish', 'withdraw'] as const;
export type DeliveryAction = (typeof DELIVERY_ACTIONS)[number];

export const DELIVERY_STATES = [
  'queued',
  'sending',
  'retrying',
  'accepted',
  'delivered',
  'superseded',
  'canceled',
  'unknown',
  'manual',
  'dead',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** States in which a delivery waits for its next attempt. */
export const WAITING_STATES = ['queued', 'retrying'] as const satisfies readonly DeliveryState[];
/** States from which an operator may ask for another attempt. */
export const RETRYABLE_STATES = [
  'dead',
  'unknown',
  'retrying',
  'delivered',
] as const satisfies readonly DeliveryState[];

export const OUTCOMES = [
  'delivered',
  'pending',
  'transient',
  'rate-limited',
  'permanent',
  'auth-expired',
  'rejected-content',
  'unknown',
  'aborted',
] as const;
/** What one attempt came to. */
export type Outcome = (typeof OUTCOMES)[number];

/** Bytes of an outlet's answer that an attempt keeps. */
export const RESPONSE_EXCERPT_BYTES = 4096;
