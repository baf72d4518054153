import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  OutboundFailure,
  type OutboundAnswer,
  type OutboundHttp,
} from '@newsrelay/channel-kit/outbound-http';
import type { HubRequest } from '@newsrelay/ledger/hub-requests';
import { callbackUrl } from './callback-url.js';

/** Bytes of an answer that are looked at: a challenge is shorter. */
const ANSWER_BYTES = 1_024;

/** What a callback said, or did not: `failed` may be tried again. */
export type CallbackAnswer = { said: 'yes' } | { said: 'no'; why: string } | { said: 'failed'; why: string };

/**
 * Verifies an intent, or tells of a denial (W3C Recommendation "WebSub", sections 5.3 and 5.2): one GET. Only a 2xx with the
 * challenge as its whole body is a yes; a redirect is none.
 */
export async function askCallback(request: HubRequest, http: OutboundHttp): Promise<CallbackAnswer> {
  const challenge = randomBytes(24).toString('base64url');
  try {
    const answer = await http.request({
      method: 'GET',
      url: callbackUrl(request.callback, parametersOf(request, challenge)),
      headers: { accept: '*/*' },
      answerBytes: ANSWER_BYTES,
    });
    return request.mode === 'denied' ? heard(answer) : judge(answer, challenge);
  } catch (failure) {
    if (!(failure instanceof OutboundFailure)) throw failure;
    const said = failure.kind === 'refused-target' ? 'no' : 'failed';
    return { said, why: failure.message };
  }
}

function parametersOf(
  { mode, topic, leaseSeconds, reason }: HubRequest,
  challenge: string,
): Record<string, string> {
  const parameters = { 'hub.mode': mode, 'hub.topic': topic };
  if (mode === 'denied') return { ...parameters, 'hub.reason': reason ?? '' };
  const lease: Record<string, string> =
    leaseSeconds === null ? {} : { 'hub.lease_seconds': String(leaseSeconds) };
  return { ...parameters, 'hub.challenge': challenge, ...lease };
}

/** Whatever it says to a denial, it has heard of it; only a failure of its own is worth another try. */
function heard({ status }: OutboundAnswer): CallbackAnswer {
  return mayPass(status) ? { said: 'failed', why: `it failed (${status})` } : { said: 'yes' };
}

function judge({ status, body }: OutboundAnswer, challenge: string): CallbackAnswer {
  if (mayPass(status)) return { said: 'failed', why: `it failed (${status})` };
  if (status < 200 || status >= 300) return { said: 'no', why: `it answered ${status}` };
  return isSame(body ?? '', challenge)
    ? { said: 'yes' }
    : { said: 'no', why: 'it did not repeat the challenge' };
}

const mayPass = (status: number) => status >= 500 || status === 429 || status === 408;

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
