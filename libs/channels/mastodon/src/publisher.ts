import type {
  AttemptResult,
  ConnectorIo,
  DeliveryFacts,
  OutboundMessage,
  Publisher,
} from '@newsrelay/channel-kit/connector';
import type { OutboundAnswer } from '@newsrelay/channel-kit/outbound-http';
import type { RenditionContent } from '@newsrelay/channel-kit/rendition';
import { findStatuses } from './find-statuses.js';
import { limitsOfInstance } from './limits.js';
import { SCOPES, type MastodonSecrets, type MastodonSettings } from './manifest.js';
import {
  accountAnswer,
  bodyOf,
  call,
  classifyRefusal,
  isSuccess,
  saysGone,
  statusAnswer,
  type Called,
  type MastodonTarget,
} from './mastodon-api.js';
import { z } from 'zod';
import { sentStatus, statusRendition, type SentStatus } from './rendition.js';

/** Of the description of an instance: rules and languages take much of it. */
const INSTANCE_BYTES = 512 * 1024;

function compose(rendition: RenditionContent, { action }: DeliveryFacts): string {
  if (action === 'withdraw') return '{}';
  const { text, language, visibility } = statusRendition.parse(rendition);
  return JSON.stringify({ status: text, language, visibility } satisfies SentStatus);
}

async function publish(
  message: OutboundMessage,
  target: MastodonTarget,
  io: ConnectorIo,
): Promise<AttemptResult> {
  if (message.action === 'withdraw') return withdraw(message.remoteIds, target, io);
  const [shown] = message.remoteIds;
  if (shown !== undefined) {
    const edited = await edit(shown, message, target, io);
    if (edited !== null) return edited;
  }
  return post(message, target, io);
}

async function post(
  { key, body }: OutboundMessage,
  target: MastodonTarget,
  io: ConnectorIo,
): Promise<AttemptResult> {
  const headers = { 'idempotency-key': key };
  const path = '/api/v1/statuses';
  return statusOf(await call(target, io, { method: 'POST', path, body, headers, repeatable: false }), io.now);
}

/** Null where the status was deleted at the platform: then there is nothing to edit. */
async function edit(
  id: string,
  { body }: OutboundMessage,
  target: MastodonTarget,
  io: ConnectorIo,
): Promise<AttemptResult | null> {
  // Whoever could see a status goes on seeing it: an edit has no visibility.
  const { status, language } = sentStatus.parse(JSON.parse(body));
  const called = await call(target, io, {
    method: 'PUT',
    path: `/api/v1/statuses/${encodeURIComponent(id)}`,
    body: JSON.stringify({ status, language }),
    repeatable: true,
  });
  if ('answer' in called && saysGone(called.answer)) return null;
  return statusOf(called, io.now);
}

function statusOf(called: Called, now: Date): AttemptResult {
  if ('failed' in called) return called.failed;
  const { answer } = called;
  if (!isSuccess(answer)) return classifyRefusal(answer, now);
  const status = bodyOf(answer, statusAnswer);
  const seen = { status: answer.status, response: answer.bodyExcerpt };
  if (status === null) {
    const error = 'the answer says success and shows no status: whether it was posted is not known';
    return { ...seen, outcome: 'unknown', error };
  }
  const { id, url } = status;
  return {
    ...seen,
    outcome: 'delivered',
    error: null,
    remoteId: id,
    ...(url == null ? {} : { remoteUrl: url }),
  };
}

/** Deletes all that shows the article; what is gone already is what was asked for. */
async function withdraw(
  remoteIds: readonly string[],
  target: MastodonTarget,
  io: ConnectorIo,
): Promise<AttemptResult> {
  let last: AttemptResult = {
    outcome: 'delivered',
    status: null,
    error: null,
    response: 'the account shows nothing of it: there was nothing to delete',
  };
  for (const id of remoteIds) {
    const path = `/api/v1/statuses/${encodeURIComponent(id)}`;
    const called = await call(target, io, { method: 'DELETE', path, repeatable: true });
    if ('failed' in called) return called.failed;
    if (!isSuccess(called.answer) && !saysGone(called.answer)) return classifyRefusal(called.answer, io.now);
    last = done(called.answer);
  }
  return last;
}

function done({ status, bodyExcerpt: response }: OutboundAnswer): AttemptResult {
  return { outcome: 'delivered', status, response, error: null };
}

/**
 * Reads who the token belongs to and that it may read that account's statuses, then edits a status that there cannot be: a
 * token without `write:statuses` is refused with 403 before the status is looked for, one with it with 404.
 */
async function check(target: MastodonTarget, io: ConnectorIo): Promise<AttemptResult> {
  const me = await call(target, io, {
    method: 'GET',
    path: '/api/v1/accounts/verify_credentials',
    repeatable: true,
  });
  if ('failed' in me) return me.failed;
  if (!isSuccess(me.answer)) return missing(SCOPES[1], classifyRefusal(me.answer, io.now));
  const account = bodyOf(me.answer, accountAnswer);
  const { status, bodyExcerpt: response } = me.answer;
  if (account === null)
    return { outcome: 'permanent', status, response, error: 'the address answers, and not as Mastodon does' };
  const own = await call(target, io, {
    method: 'GET',
    path: `/api/v1/accounts/${account.id}/statuses?limit=1`,
    repeatable: true,
  });
  if ('failed' in own) return own.failed;
  if (!isSuccess(own.answer)) return missing(SCOPES[2], classifyRefusal(own.answer, io.now));
  const writing = await call(target, io, {
    method: 'PUT',
    path: '/api/v1/statuses/0',
    body: '{}',
    repeatable: true,
  });
  if ('failed' in writing) return writing.failed;
  const { answer } = writing;
  if (answer.status === 401 || answer.status === 403 || answer.status === 429 || answer.status >= 500)
    return missing(SCOPES[0], classifyRefusal(answer, io.now));
  return { outcome: 'delivered', status, response, error: null };
}

function missing(scope: string, result: AttemptResult): AttemptResult {
  if (result.status !== 403) return result;
  return { ...result, error: `${result.error ?? ''}; the token needs the scope ${scope}` };
}

/** Without the token first: one that was revoked hides nothing then. Closed instances tell their own members only. */
async function probe(target: MastodonTarget, io: ConnectorIo) {
  const ask = (withoutToken: boolean) =>
    call(target, io, {
      method: 'GET',
      path: '/api/v2/instance',
      answerBytes: INSTANCE_BYTES,
      repeatable: true,
      withoutToken,
    });
  let called = await ask(true);
  if ('answer' in called && (called.answer.status === 401 || called.answer.status === 403))
    called = await ask(false);
  if ('failed' in called || !isSuccess(called.answer)) return null;
  const limits = limitsOfInstance(bodyOf(called.answer, z.unknown()));
  return limits === null ? null : { ...limits };
}

export const mastodonPublisher: Publisher<MastodonSettings, MastodonSecrets> = {
  compose,
  publish,
  check,
  find: findStatuses,
  probe,
};
