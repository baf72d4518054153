import type { AttemptResult } from './connector.js';
import { OutboundFailure, type OutboundAnswer } from './outbound-http.js';

/** Longest `Retry-After` that is believed, in seconds: a day. */
const MAX_RETRY_AFTER_SECONDS = 86_400;

/** One of the three forms of an HTTP-date (RFC 9110, section 5.6.7); `Date.parse` alone takes "5.5" for a day in May. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? [\dA-Za-z: -]+$/;

/** `Retry-After` in seconds from either form (RFC 9110, section 10.2.3), capped; undefined where there is none to be understood. */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text), MAX_RETRY_AFTER_SECONDS);
  if (!HTTP_DATE.test(text)) return undefined;
  // The asctime form names no zone, and every HTTP-date is in UTC.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  if (Number.isNaN(at)) return undefined;
  return Math.min(Math.max(0, Math.ceil((at - now.getTime()) / 1000)), MAX_RETRY_AFTER_SECONDS);
}

/**
 * What an HTTP answer means for a push (Standard Webhooks 1.0 with the rules of the public contract): 2xx alone is
 * success, a redirect is a failure shown to the owner, 401, 403 and 410 pause the channel.
 */
export function classifyAnswer(answer: OutboundAnswer, now: Date): AttemptResult {
  const { status } = answer;
  const seen = { status, response: answer.bodyExcerpt };
  if (status >= 200 && status < 300) return { ...seen, outcome: 'delivered', error: null };
  if (status === 401 || status === 403) {
    const error = `the outlet refuses our credentials (${status})`;
    return { ...seen, outcome: 'auth-expired', error, pauseReason: error };
  }
  if (status === 410) {
    const error = 'the outlet says this address is gone for good (410)';
    return { ...seen, outcome: 'permanent', error, pauseReason: error };
  }
  if (status === 429 || status === 503) {
    const wait = retryAfterSeconds(answer.headers['retry-after'], now);
    return {
      ...seen,
      outcome: status === 429 ? 'rate-limited' : 'transient',
      error: `the outlet asks to come back later (${status})`,
      ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    };
  }
  if (status >= 500 || status === 408 || status === 425) {
    return { ...seen, outcome: 'transient', error: `the outlet failed (${status})` };
  }
  if (status >= 300 && status < 400) {
    const to = answer.headers['location'];
    return {
      ...seen,
      outcome: 'transient',
      error: `the outlet redirects (${status}${to === undefined ? '' : ` to ${to.slice(0, 200)}`}); redirects are not followed: set the final address`,
    };
  }
  return { ...seen, outcome: 'permanent', error: `the outlet refuses the request (${status})` };
}

/**
 * What a request without a complete answer means. Where it changes nothing to send it again (an outlet that knows repeats
 * by key, a request that reads) it is transient whether or not a byte went out; else a sent request is of unknown outcome.
 */
export function classifyFailure(failure: unknown, repeatable: boolean): AttemptResult {
  if (!(failure instanceof OutboundFailure)) throw failure;
  const nothing = { status: null, response: null, error: failure.message };
  switch (failure.kind) {
    case 'aborted':
      // Stopped by us, and yet it may have arrived.
      return { ...nothing, outcome: failure.sent && !repeatable ? 'unknown' : 'aborted' };
    case 'refused-target':
      return { ...nothing, outcome: 'permanent' };
    case 'connect':
    case 'timeout':
    case 'broken':
    case 'bad-answer':
      return { ...nothing, outcome: failure.sent && !repeatable ? 'unknown' : 'transient' };
  }
}
