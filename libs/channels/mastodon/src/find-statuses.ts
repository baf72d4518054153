import { z } from 'zod';
import type { ConnectorIo, FindResult, UncertainSend } from '@newsrelay/channel-kit/connector';
import {
  PAGE_BYTES,
  accountAnswer,
  bodyOf,
  call,
  classifyRefusal,
  isSuccess,
  statusAnswer,
  type MastodonTarget,
  type StatusAnswer,
} from './mastodon-api.js';
import { lettersOf, lettersOfContent } from './plain-content.js';
import { sentStatus } from './rendition.js';

/** Most that Mastodon gives at once. */
const PAGE = 40;
/** Pages that are read at most: an account that posted more since then is for a person to look at. */
const PAGES = 10;
/** How far the instance's clock may be behind ours, in milliseconds. */
const CLOCK_SKEW_MS = 10 * 60_000;

type Failed = Extract<FindResult, { failed: unknown }>;

/**
 * Which of the statuses that were sent the account shows: those of its own that have the very text, link included, and
 * are not older than the first attempt. Other statuses with the link, such as an editor's own, are not ours.
 */
export async function findStatuses(
  sent: readonly UncertainSend[],
  target: MastodonTarget,
  io: ConnectorIo,
): Promise<FindResult> {
  const wanted = new Map(sent.map(({ key, body }) => [lettersOfSent(body), key]));
  const since = Math.min(...sent.map((each) => each.since.getTime())) - CLOCK_SKEW_MS;
  const account = await read(target, io, '/api/v1/accounts/verify_credentials', accountAnswer);
  if ('failed' in account) return account;
  const found: Extract<FindResult, { found: unknown }>['found'] = [];
  let before = '';
  for (let page = 0; page < PAGES; page += 1) {
    const path = `/api/v1/accounts/${account.read.id}/statuses?limit=${PAGE}&exclude_reblogs=true${before}`;
    const statuses = await read(target, io, path, z.array(statusAnswer));
    if ('failed' in statuses) return statuses;
    const recent = statuses.read.filter((status) => Date.parse(status.created_at) >= since);
    found.push(...recent.flatMap((status) => ofOurs(status, wanted)));
    const last = statuses.read.at(-1);
    if (last === undefined || recent.length < statuses.read.length || wanted.size === 0) return { found };
    before = `&max_id=${last.id}`;
  }
  return tooMany();
}

function lettersOfSent(body: string): string {
  return lettersOf(sentStatus.parse(JSON.parse(body)).status);
}

/** Each text once: the newest status that has it. */
function ofOurs(status: StatusAnswer, wanted: Map<string, string>) {
  const letters = lettersOfContent(status.content);
  const key = wanted.get(letters);
  if (key === undefined) return [];
  wanted.delete(letters);
  return [{ key, remoteId: status.id, remoteUrl: status.url ?? null }];
}

async function read<T>(
  target: MastodonTarget,
  io: ConnectorIo,
  path: string,
  shape: z.ZodType<T>,
): Promise<{ read: T } | Failed> {
  const called = await call(target, io, { method: 'GET', path, answerBytes: PAGE_BYTES, repeatable: true });
  if ('failed' in called) return { failed: { ...called.failed, error: lookUp(called.failed.error) } };
  const { answer } = called;
  if (!isSuccess(answer)) {
    const refusal = classifyRefusal(answer, io.now);
    return { failed: { ...refusal, error: lookUp(refusal.error) } };
  }
  const body = bodyOf(answer, shape);
  if (body !== null) return { read: body };
  const { status, bodyExcerpt: response } = answer;
  return {
    failed: { outcome: 'transient', status, response, error: lookUp('the answer is not what Mastodon says') },
  };
}

const lookUp = (error: string | null) => `looking for what may have arrived: ${error ?? 'it failed'}`;

function tooMany(): Failed {
  const error = lookUp(`not found among the account's last ${PAGES * PAGE} statuses, and there are more`);
  return { failed: { outcome: 'unknown', status: null, response: null, error } };
}
