import { z } from 'zod';
import { classifyAnswer } from '@newsrelay/channel-kit/classify-http';
import type { AttemptResult } from '@newsrelay/channel-kit/connector';
import type { OutboundAnswer } from '@newsrelay/channel-kit/outbound-http';

/* Baidu search resource platform, "API 提交", 推送反馈: success is 200 with counts, failure 4xx or 500 with error and message. */

const counts = z.object({
  success: z.int().default(0),
  remain: z.int().optional(),
  /** Of the interface `daily`, beside or instead of the others. */
  success_daily: z.int().default(0),
  remain_daily: z.int().optional(),
  not_same_site: z.array(z.string()).default([]),
  not_valid: z.array(z.string()).default([]),
});

const refusal = z.object({ error: z.int(), message: z.string() });

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
/** Seconds after midnight, since clocks differ. */
const AFTER_MIDNIGHT = 60;

/** Quotas are of the day and are not carried over: seconds until the next one begins in Beijing. */
export function secondsUntilTomorrow(now: Date): number {
  const intoDay = (now.getTime() + SHANGHAI_OFFSET_MS) % DAY_MS;
  return Math.ceil((DAY_MS - intoDay) / 1000) + AFTER_MIDNIGHT;
}

function parsed<T>(answer: OutboundAnswer, shape: z.ZodType<T>): T | null {
  try {
    return shape.safeParse(JSON.parse(answer.body ?? '')).data ?? null;
  } catch {
    return null;
  }
}

const overQuota = (plain: AttemptResult, now: Date): AttemptResult => ({
  ...plain,
  outcome: 'rate-limited',
  error: 'the day’s quota at Baidu is used up: it goes on tomorrow',
  retryAfterSeconds: secondsUntilTomorrow(now),
});

/** What became of one pushed address. */
export function classifyPush(answer: OutboundAnswer, now: Date): AttemptResult {
  const plain = classifyAnswer(answer, now);
  return plain.outcome === 'delivered'
    ? classifyCounts(answer, plain, now)
    : classifyRefusal(answer, plain, now);
}

function classifyCounts(answer: OutboundAnswer, plain: AttemptResult, now: Date): AttemptResult {
  const said = parsed(answer, counts);
  // Pushed again, it costs one of the quota and harms nothing.
  if (said === null)
    return { ...plain, outcome: 'transient', error: 'the answer does not say what was taken' };
  if (said.success + said.success_daily > 0) return plain;
  if (said.not_same_site.length > 0)
    return {
      ...plain,
      outcome: 'rejected-content',
      error: 'Baidu says that the address is not of this site',
    };
  if (said.not_valid.length > 0)
    return { ...plain, outcome: 'rejected-content', error: 'Baidu says that the address is not valid' };
  if (said.remain === 0 || said.remain_daily === 0) return overQuota(plain, now);
  return { ...plain, outcome: 'transient', error: 'Baidu took nothing and did not say why' };
}

function classifyRefusal(answer: OutboundAnswer, plain: AttemptResult, now: Date): AttemptResult {
  const said = parsed(answer, refusal);
  if (said === null) return plain;
  if (said.message === 'over quota') return overQuota(plain, now);
  const error = `Baidu refuses it (${answer.status}): ${said.message.slice(0, 300)}`;
  if (said.message === 'site error') {
    const fix = `${error}: verify the site at the search resource platform, and write it as it is there`;
    return { ...plain, outcome: 'auth-expired', error: fix, pauseReason: fix };
  }
  return { ...plain, error, ...(plain.pauseReason === undefined ? {} : { pauseReason: error }) };
}

/** A push of nothing: any counts say that site and token are known. */
export function classifyCheck(answer: OutboundAnswer, now: Date): AttemptResult {
  const plain = classifyAnswer(answer, now);
  if (plain.outcome !== 'delivered') return classifyRefusal(answer, plain, now);
  const said = parsed(answer, counts);
  const isAnswer = said !== null && (said.remain ?? said.remain_daily) !== undefined;
  return isAnswer
    ? plain
    : { ...plain, outcome: 'transient', error: 'the answer is not one of Baidu’s interface' };
}
