import { z } from 'zod';
import { classifyAnswer, classifyFailure } from '@newsrelay/channel-kit/classify-http';
import type { AttemptResult, ChannelTarget, ConnectorIo } from '@newsrelay/channel-kit/connector';
import type { OutboundAnswer, OutboundRequest } from '@newsrelay/channel-kit/outbound-http';
import type { MastodonSecrets, MastodonSettings } from './manifest.js';

export type MastodonTarget = ChannelTarget<MastodonSettings, MastodonSecrets>;

/** Of one status with its account, and of a page of forty of them. */
export const STATUS_BYTES = 128 * 1024;
export const PAGE_BYTES = 1024 * 1024;
/** Longest wait that an instance's rate limit is believed to ask for, in seconds. */
const MAX_RESET_SECONDS = 86_400;

/** Ids go into addresses: digits at Mastodon, letters too at its relatives, and nothing that a path gives a meaning to. */
const statusId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const webAddress = z.url({ protocol: /^https?$/ }).max(2048);

/** What we read of a status. */
export const statusAnswer = z.object({
  id: statusId,
  url: webAddress.nullish().catch(null),
  content: z.string(),
  created_at: z.iso.datetime({ offset: true }),
});
export type StatusAnswer = z.infer<typeof statusAnswer>;

export const accountAnswer = z.object({ id: statusId, username: z.string() });

const errorAnswer = z.object({ error: z.string() });

/** A complete answer, or what its absence means. */
export type Called = { answer: OutboundAnswer } | { failed: AttemptResult };

/** One request to the instance. `repeatable`: nothing changes by sending it again. */
export async function call(
  target: MastodonTarget,
  io: ConnectorIo,
  request: Pick<OutboundRequest, 'method' | 'body' | 'answerBytes'> & {
    path: string;
    headers?: Record<string, string>;
    repeatable: boolean;
    /** Of what an instance tells everybody. */
    withoutToken?: boolean;
  },
): Promise<Called> {
  const {
    method,
    path,
    body,
    answerBytes = STATUS_BYTES,
    headers,
    repeatable,
    withoutToken = false,
  } = request;
  try {
    const answer = await io.http.request({
      method,
      url: `${target.settings.baseUrl}${path}`,
      headers: {
        accept: 'application/json',
        ...(withoutToken ? {} : { authorization: `Bearer ${target.secrets.accessToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      answerBytes,
      ...(body === undefined ? {} : { body }),
    });
    return { answer };
  } catch (failure) {
    return { failed: classifyFailure(failure, repeatable) };
  }
}

/** The body as JSON of a shape; null if it is none. */
export function bodyOf<T>({ body }: OutboundAnswer, shape: z.ZodType<T>): T | null {
  if (body === null) return null;
  try {
    return shape.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}

export function isSuccess({ status }: OutboundAnswer): boolean {
  return status >= 200 && status < 300;
}

/** The instance itself says that there is no such status; a page of a proxy that says 404 does not. */
export function saysGone(answer: OutboundAnswer): boolean {
  return answer.status === 410 || (answer.status === 404 && bodyOf(answer, errorAnswer) !== null);
}

/**
 * What an answer other than success means (documentation of the API, "Errors"; `rate_limits`): 422 is a refusal of the
 * text unless media are still being processed, and 429 ends at the date in X-RateLimit-Reset.
 */
export function classifyRefusal(answer: OutboundAnswer, now: Date): AttemptResult {
  const plain = classifyAnswer(answer, now);
  const said = bodyOf(answer, errorAnswer)?.error;
  const error = said === undefined ? plain.error : `${plain.error ?? ''}: ${said.slice(0, 300)}`;
  // Whoever is to resume the channel is told the instance's own words.
  const result = {
    ...plain,
    ...(plain.pauseReason === undefined || error === null ? {} : { pauseReason: error }),
  };
  if (answer.status === 422) {
    const processing = /processing/i.test(said ?? '');
    return { ...result, error, outcome: processing ? 'transient' : 'rejected-content' };
  }
  if (answer.status === 429 && result.retryAfterSeconds === undefined) {
    const reset = secondsUntil(answer.headers['x-ratelimit-reset'], now);
    return { ...result, error, ...(reset === undefined ? {} : { retryAfterSeconds: reset }) };
  }
  return { ...result, error };
}

function secondsUntil(date: string | undefined, now: Date): number | undefined {
  if (date === undefined || !z.iso.datetime({ offset: true }).safeParse(date).success) return undefined;
  const seconds = Math.ceil((Date.parse(date) - now.getTime()) / 1000);
  return Math.min(Math.max(0, seconds), MAX_RESET_SECONDS);
}
