import { z } from 'zod';
import { alarmSinkInput } from '@newsrelay/contracts/alarm-sink';
import {
  approvalInput,
  articleInput,
  correctionInput,
  discardInput,
  withdrawalInput,
} from '@newsrelay/contracts/article';
import { channelInput } from '@newsrelay/contracts/channel';
import { ALL_EVENT_KINDS, SEVERITIES } from '@newsrelay/contracts/operator-events';
import { replayInput } from '@newsrelay/contracts/replay';
import { keyInput } from '@newsrelay/contracts/role';
import { taskDoneInput } from '@newsrelay/contracts/task';
import { AUDIT_ACTIONS } from '@newsrelay/ledger/audit';
import { loginInput } from '../keys/session.controller.js';

/** One call of the public API, as the OpenAPI document shows it. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Media types and schema of the body. */
  body?: { types: string[]; schema: object; required?: boolean };
  answers: Record<number, string>;
  /** Asked without a key. */
  open?: boolean;
}

const json = (schema: z.ZodType, types = ['application/json']) => ({
  types,
  schema: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
});
const paging = { limit: 'at most 500, 50 by default', cursor: '`nextCursor` of the page before' };
const window = { since: 'createdAt from here on (RFC 3339)', until: 'createdAt before this (RFC 3339)' };

/** Every call. A test compares this list with what the services answer. */
export const OPERATIONS: Operation[] = [
  {
    method: 'get',
    path: '/api/v1/board',
    summary: 'Articles with what each outlet has of them, as the operators’ page shows them',
    query: {
      limit: 'at most 100, 30 by default',
      cursor: paging.cursor,
      view: 'held, problem, active, all (default) or withdrawn',
      channel: 'id of a channel',
      section: 'a section',
      q: 'text in the headline or the source’s id, or the article’s id',
    },
    answers: { 200: 'A page, how many articles each view holds, and the sections of the newest ones' },
  },
  {
    method: 'get',
    path: '/api/v1/stream',
    summary: 'Server-sent events: which articles and channels changed, by id, and whether the ledger answers',
    headers: { 'Last-Event-ID': 'goes on after this event' },
    answers: { 200: 'The stream (text/event-stream)', 429: 'Too many streams are open' },
  },
  {
    method: 'post',
    path: '/api/v1/articles',
    summary: 'Takes an article in',
    query: { source: 'source of a ninjs item that names none' },
    body: { ...json(articleInput, ['application/json', 'application/vnd.iptc.ninjs+json']), required: true },
    answers: { 202: 'A new version', 200: 'The same again' },
  },
  {
    method: 'post',
    path: '/api/v1/pages',
    summary: 'Takes a newspaper page in',
    query: { source: 'required', section: 'section of its articles' },
    body: {
      types: ['text/plain', 'text/markdown'],
      schema: { type: 'string', maxLength: 4 * 1024 * 1024 },
      required: true,
    },
    answers: { 202: 'The page and its articles', 200: 'The whole page again' },
  },
  {
    method: 'get',
    path: '/api/v1/articles',
    summary: 'Articles in their latest version, newest first',
    query: {
      ...paging,
      ...window,
      state: 'held, scheduled, published, discarded, withdrawn',
      source: '',
      section: '',
      q: 'text to be found',
    },
    answers: { 200: 'A page of articles' },
  },
  {
    method: 'get',
    path: '/api/v1/articles/{id}',
    summary: 'An article in its latest version',
    answers: { 200: 'The article; ETag is its version' },
  },
  {
    method: 'get',
    path: '/api/v1/articles/{id}/versions/{version}',
    summary: 'An article in one version',
    answers: { 200: 'The article in that version' },
  },
  {
    method: 'put',
    path: '/api/v1/articles/{id}',
    summary: 'Corrects an article',
    headers: { 'If-Match': 'the version that the correction is of' },
    body: { ...json(correctionInput), required: true },
    answers: { 202: 'A new version', 200: 'Unchanged' },
  },
  {
    method: 'post',
    path: '/api/v1/articles/{id}/approve',
    summary: 'Releases a held version, with every proposed repair decided',
    body: { ...json(approvalInput), required: true },
    answers: { 200: 'The article' },
  },
  {
    method: 'post',
    path: '/api/v1/articles/{id}/discard',
    summary: 'Ends a held or scheduled version',
    body: { ...json(discardInput), required: true },
    answers: { 200: 'The article' },
  },
  {
    method: 'post',
    path: '/api/v1/articles/{id}/withdraw',
    summary: 'Takes an article down everywhere',
    body: { ...json(withdrawalInput), required: true },
    answers: { 202: 'Ordered, and nothing of it is in flight any more', 200: 'Ordered before' },
  },
  {
    method: 'get',
    path: '/api/v1/articles/{id}/deliveries',
    summary: 'Deliveries of an article',
    query: { ...paging, ...window, state: '', channel: '' },
    answers: { 200: 'A page of deliveries with their attempts' },
  },
  {
    method: 'get',
    path: '/api/v1/articles/{id}/evidence',
    summary:
      'Evidence of the article’s withdrawals: what was ordered, sent and answered, each entry bound to the one before it',
    answers: { 200: 'One file, to be kept; `./newsrelay verify-evidence FILE` checks it' },
  },
  {
    method: 'get',
    path: '/api/v1/deliveries',
    summary: 'Deliveries, newest first',
    query: { ...paging, ...window, state: '', channel: '', article: '' },
    answers: { 200: 'A page of deliveries with their attempts' },
  },
  {
    method: 'get',
    path: '/api/v1/deliveries/{id}',
    summary: 'A delivery',
    answers: { 200: 'The delivery with its attempts' },
  },
  {
    method: 'post',
    path: '/api/v1/deliveries/{id}/retry',
    summary: 'Once more: the same key and bytes, never past a newer version or a withdrawal',
    answers: { 202: 'The delivery' },
  },
  {
    method: 'post',
    path: '/api/v1/deliveries/replay',
    summary: 'A window of articles once more to one channel, paced; those that it never got included',
    body: { ...json(replayInput), required: true },
    answers: { 202: '`replayId` and `count`', 200: '`count` alone, of a dry run' },
  },
  {
    method: 'get',
    path: '/api/v1/replays',
    summary: 'Replays, newest first',
    query: { ...paging, channel: 'id of a channel', state: 'running, done, canceled or failed' },
    answers: { 200: 'A page of replays' },
  },
  {
    method: 'get',
    path: '/api/v1/replays/{id}',
    summary: 'A replay and how far it has come',
    answers: { 200: 'The replay' },
  },
  {
    method: 'post',
    path: '/api/v1/replays/{id}/cancel',
    summary: 'Ends a replay; what it handed to delivery already goes on',
    answers: { 200: 'The replay' },
  },
  {
    method: 'get',
    path: '/api/v1/tasks',
    summary:
      'What only a person can end: taking down by hand, and looking whether something arrived; newest first',
    query: { ...paging, state: 'open (default) or done' },
    answers: { 200: 'A page of tasks, each with its delivery, who has it, and who did it' },
  },
  {
    method: 'post',
    path: '/api/v1/tasks/{id}/take',
    summary: 'Takes the task of a delivery: others see who is at it',
    answers: { 200: 'The task' },
  },
  {
    method: 'post',
    path: '/api/v1/tasks/{id}/release',
    summary: 'Gives a task back, whoever has it',
    answers: { 200: 'The task' },
  },
  {
    method: 'post',
    path: '/api/v1/tasks/{id}/done',
    summary: 'Says what was done or found: the delivery counts as delivered, or is sent again',
    body: { ...json(taskDoneInput), required: true },
    answers: { 200: 'The task' },
  },
  {
    method: 'get',
    path: '/api/v1/channels',
    summary: 'Channels, newest first',
    query: paging,
    answers: { 200: 'A page of channels' },
  },
  {
    method: 'post',
    path: '/api/v1/channels',
    summary: 'Makes a channel',
    body: { ...json(channelInput), required: true },
    answers: { 201: 'The channel; secrets that were made are shown this once' },
  },
  {
    method: 'get',
    path: '/api/v1/channels/{id}',
    summary: 'A channel',
    answers: { 200: 'The channel, secrets masked' },
  },
  {
    method: 'patch',
    path: '/api/v1/channels/{id}',
    summary: 'Changes a channel by merge patch (RFC 7396)',
    body: {
      types: ['application/merge-patch+json', 'application/json'],
      schema: { type: 'object' },
      required: true,
    },
    answers: { 200: 'The channel' },
  },
  {
    method: 'delete',
    path: '/api/v1/channels/{id}',
    summary: 'Deletes a channel; what waits is canceled',
    answers: { 204: 'Gone' },
  },
  {
    method: 'post',
    path: '/api/v1/channels/{id}/pause',
    summary: 'Pauses a channel; withdrawals reach it all the same',
    body: {
      types: ['application/json'],
      schema: { type: 'object', properties: { reason: { type: 'string' } } },
    },
    answers: { 200: 'The channel' },
  },
  {
    method: 'post',
    path: '/api/v1/channels/{id}/resume',
    summary: 'Resumes a channel; what waited is due at once',
    answers: { 200: 'The channel' },
  },
  {
    method: 'post',
    path: '/api/v1/channels/{id}/test',
    summary: "Runs the connector's own check",
    answers: { 200: 'The attempt' },
  },
  {
    method: 'get',
    path: '/api/v1/channel-types',
    summary: 'Channel types with the JSON Schema of their settings',
    answers: { 200: 'The types' },
  },
  {
    method: 'get',
    path: '/api/v1/operator-events',
    summary: 'What operators are told of, newest first',
    query: {
      ...paging,
      ...window,
      kind: ALL_EVENT_KINDS.join(', '),
      severity: SEVERITIES.join(', '),
      subject: 'id of the channel, delivery, source, service or queue',
      open: 'true: conditions that go on; false: all others',
    },
    answers: { 200: 'A page of events, each with its text in both languages' },
  },
  {
    method: 'get',
    path: '/api/v1/alarm-sink-types',
    summary: 'Types of alarm sinks with the JSON Schema of their settings',
    answers: { 200: 'The types' },
  },
  {
    method: 'get',
    path: '/api/v1/alarm-sinks',
    summary: 'Where operators are told, newest first',
    query: paging,
    answers: { 200: 'A page of alarm sinks, secrets masked' },
  },
  {
    method: 'post',
    path: '/api/v1/alarm-sinks',
    summary: 'Makes an alarm sink',
    body: { ...json(alarmSinkInput), required: true },
    answers: { 201: 'The alarm sink; secrets that were made are shown this once' },
  },
  {
    method: 'get',
    path: '/api/v1/alarm-sinks/{id}',
    summary: 'An alarm sink, and how it has done lately',
    answers: { 200: 'The alarm sink, secrets masked' },
  },
  {
    method: 'patch',
    path: '/api/v1/alarm-sinks/{id}',
    summary: 'Changes an alarm sink by merge patch (RFC 7396)',
    body: {
      types: ['application/merge-patch+json', 'application/json'],
      schema: { type: 'object' },
      required: true,
    },
    answers: { 200: 'The alarm sink' },
  },
  {
    method: 'delete',
    path: '/api/v1/alarm-sinks/{id}',
    summary: 'Deletes an alarm sink, with what waits for it',
    answers: { 204: 'Gone' },
  },
  {
    method: 'post',
    path: '/api/v1/alarm-sinks/{id}/test',
    summary: 'Sends a test message',
    answers: { 200: 'What became of it' },
  },
  {
    method: 'get',
    path: '/api/v1/status',
    summary: 'Services, queues and their Redis, outbox, channels',
    answers: { 200: 'The status' },
  },
  {
    method: 'get',
    path: '/api/v1/keys',
    summary: 'Keys, newest first; without the built-in one',
    query: paging,
    answers: { 200: 'A page of keys' },
  },
  {
    method: 'post',
    path: '/api/v1/keys',
    summary: 'Makes a key',
    body: { ...json(keyInput), required: true },
    answers: { 201: 'The key, shown this once' },
  },
  {
    method: 'delete',
    path: '/api/v1/keys/{id}',
    summary: 'Deletes a key and its sessions; refused everywhere from the answer on',
    answers: { 204: 'Gone' },
  },
  {
    method: 'get',
    path: '/api/v1/audit',
    summary: 'Who changed what, newest first',
    query: {
      ...paging,
      ...window,
      key: 'id of a key',
      action: AUDIT_ACTIONS.join(', '),
      subject: 'id of an article, delivery, channel, alarm sink or key',
    },
    answers: { 200: 'A page of changes' },
  },
  {
    method: 'get',
    path: '/api/v1/me',
    summary: 'Who the caller is and what its role may',
    answers: { 200: 'The key, and for a session its end' },
  },
  {
    method: 'post',
    path: '/session',
    summary: 'Logs a browser in',
    body: { ...json(loginInput), required: true },
    open: true,
    answers: {
      204: 'The cookie of a session of 12 hours',
      401: 'The key is not known',
      403: 'The key may only send articles, or the login came from another site',
      429: 'Too many wrong keys from this address',
    },
  },
  {
    method: 'delete',
    path: '/session',
    summary: 'Logs a browser out',
    open: true,
    answers: { 204: 'The session is forgotten', 403: 'Asked for by another site' },
  },
  {
    method: 'get',
    path: '/api/v1/openapi.json',
    summary: 'This document',
    open: true,
    answers: { 200: 'OpenAPI 3.1' },
  },
  {
    method: 'get',
    path: '/feeds/{file}',
    summary: 'A feed: {channel}.rss, .atom or .json',
    headers: { 'If-None-Match': '', 'If-Modified-Since': '', 'Accept-Encoding': 'br, gzip, identity' },
    open: true,
    answers: {
      200: 'The feed',
      301: 'It moved: the setting movedTo',
      304: 'Unchanged',
      406: 'Every coding is refused',
      410: 'The channel was deleted',
      429: 'Asked for too often without a condition',
    },
  },
  {
    method: 'get',
    path: '/articles/{id}',
    summary: 'The public page of an article',
    open: true,
    answers: { 200: 'HTML', 410: 'Withdrawn' },
  },
  {
    method: 'get',
    path: '/health/live',
    summary: 'The process answers',
    open: true,
    answers: { 200: 'Yes' },
  },
  {
    method: 'get',
    path: '/health/ready',
    summary: 'Which parts are up',
    open: true,
    answers: { 200: 'Ready', 503: 'Not ready, and why' },
  },
  { method: 'get', path: '/metrics', summary: 'Prometheus metrics', answers: { 200: 'Text format 0.0.4' } },
];
