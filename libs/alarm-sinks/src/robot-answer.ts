import { z } from 'zod';
import { retryAfterSeconds } from '@newsrelay/channel-kit/classify-http';
import { OutboundFailure, type OutboundAnswer } from '@newsrelay/channel-kit/outbound-http';
import type { SendResult } from './sink.js';

/** How a robot's platform says in the body of a 200 what became of a message. */
export interface RobotCodes {
  /** The member that holds the code: `errcode` or `code`. */
  code: string;
  /** The member that says it in words. */
  message: string;
  /** Codes of "too often". */
  tooOften: ReadonlySet<number>;
  /** Codes of a failure of the platform's own. */
  busy: ReadonlySet<number>;
  /** What an operator is to do about a code. */
  hints: Readonly<Record<number, string>>;
}

/** Where a platform says "too often" under codes of other things, its words tell. */
const TOO_OFTEN_WORDS =
  /too (fast|many|frequent)|freq(uency)? ?limit|freq out of limit|rate limit|限流|太快|频率/i;

/** An answer by its body: robots answer 200 whatever became of the message. What says nothing was not taken. */
export function classifyRobotAnswer(answer: OutboundAnswer, codes: RobotCodes, now: Date): SendResult {
  const { status } = answer;
  const seen = { status, response: answer.bodyExcerpt };
  if (status === 429 || status === 503) {
    const wait = retryAfterSeconds(answer.headers['retry-after'], now);
    return {
      ...seen,
      outcome: 'too-often',
      error: `the platform asks to come later (${status})`,
      ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    };
  }
  const body = bodyOf(answer.bodyExcerpt);
  const code = body?.[codes.code];
  const words = typeof body?.[codes.message] === 'string' ? body[codes.message] : '';
  if (typeof code !== 'number') return withoutCode(answer);
  if (code === 0 && status >= 200 && status < 300) return { ...seen, outcome: 'sent', error: null };
  const said = `${codes.code} ${code}${words === '' ? '' : `: ${String(words)}`}`;
  if (codes.tooOften.has(code) || TOO_OFTEN_WORDS.test(String(words))) {
    return { ...seen, outcome: 'too-often', error: `the platform says that it is too often (${said})` };
  }
  if (codes.busy.has(code) || status >= 500)
    return { ...seen, outcome: 'failed', error: `the platform failed (${said})` };
  const hint = codes.hints[code];
  return {
    ...seen,
    outcome: 'refused',
    error: `the platform refuses it (${said})${hint === undefined ? '' : `; ${hint}`}`,
  };
}

/** DingTalk's gateway in front of the robots says it in its own way: `{"status": 1111, "punish": "deny", "wait": 5}`. */
const gatewayAnswer = z.object({ punish: z.string(), wait: z.number().nonnegative().optional() });

function withoutCode(answer: OutboundAnswer): SendResult {
  const { status } = answer;
  const seen = { status, response: answer.bodyExcerpt };
  if (gatewayAnswer.safeParse(bodyOf(answer.bodyExcerpt)).success)
    return { ...seen, outcome: 'too-often', error: 'the platform says that it is too often' };
  if (status >= 400 && status < 500)
    return {
      ...seen,
      outcome: 'refused',
      error: `the platform refuses it (${status}): is the address the robot’s?`,
    };
  return { ...seen, outcome: 'failed', error: `the platform’s answer is not one of its robots’ (${status})` };
}

function bodyOf(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** No answer. A message that may have arrived is sent again: twice is better than not at all. */
export function classifyNoAnswer(failure: unknown): SendResult {
  if (!(failure instanceof OutboundFailure)) throw failure;
  const refused = failure.kind === 'refused-target';
  return { outcome: refused ? 'refused' : 'failed', status: null, error: failure.message, response: null };
}
