import type { IncomingMessage } from 'node:http';
import { countedLength } from './entities.js';
import {
  accountId,
  accountJson,
  credentialsJson,
  instanceJson,
  statusJson,
  type Instance,
  type StandInAccount,
} from './json.js';
import {
  editedStatus,
  languageOf,
  newStatus,
  pageOfStatuses,
  parsed,
  readParameters,
  Refusal,
} from './requests.js';
import type { Store, StoredStatus } from './store.js';

export const ALL_SCOPES = ['write:statuses', 'read:accounts', 'read:statuses'] as const;

export interface ApiParts {
  accounts: readonly StandInAccount[];
  store: Store;
  instance: Instance;
  ignoresKeys: boolean;
  /** Tokens that were revoked, and accounts that are suspended, since the start. */
  revoked: ReadonlySet<string>;
  suspended: ReadonlySet<string>;
}

export interface ApiAnswer {
  status: number;
  json: unknown;
  headers?: Record<string, string>;
}

interface Call {
  method: string;
  url: URL;
  request: IncomingMessage;
  body: Buffer;
}

const notFound = () => new Refusal(404, 'Record not found');
const ok = (json: unknown): ApiAnswer => ({ status: 200, json });

/** Whose token it is; null without one. @throws Refusal 401, 403 */
export function accountOf(request: IncomingMessage, parts: ApiParts): StandInAccount | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const token = /^Bearer (\S+)$/i.exec(header)?.[1];
  const account = parts.accounts.find((each) => each.token === token);
  if (account === undefined) throw new Refusal(401, 'The access token is invalid');
  if (parts.revoked.has(account.token)) throw new Refusal(401, 'The access token was revoked');
  if (parts.suspended.has(account.username)) throw new Refusal(403, 'Your login is currently disabled');
  return account;
}

/** The scope is looked at before anything else of the request, as Mastodon does. @throws Refusal 401, 403 */
function withScope(account: StandInAccount | null, ...anyOf: string[]): StandInAccount {
  if (account === null) throw new Refusal(401, 'The access token is invalid');
  const scopes: readonly string[] = account.scopes ?? ALL_SCOPES;
  const has = anyOf.some((scope) => scopes.includes(scope) || scopes.includes(scope.split(':')[0] ?? ''));
  if (!has) throw new Refusal(403, 'This action is outside the authorized scopes');
  return account;
}

/** What `/api` answers. @throws Refusal */
export function answerApi(call: Call, account: StandInAccount | null, parts: ApiParts): ApiAnswer {
  const { method, url } = call;
  const route = `${method} ${url.pathname}`;
  const [first] = parts.accounts;
  if (route === 'GET /api/v2/instance' && first !== undefined)
    return ok(instanceJson(parts.instance, first, parts.store.of(first.username)));
  if (route === 'GET /api/v1/accounts/verify_credentials') {
    const me = withScope(account, 'read:accounts', 'profile');
    return ok(credentialsJson(me, parts.instance, parts.store.of(me.username)));
  }
  const [, ofAccount] = /^GET \/api\/v1\/accounts\/(\d+)\/statuses$/.exec(route) ?? [];
  if (ofAccount !== undefined) return statusesOf(ofAccount, call, account, parts);
  const [, owner] = /^GET \/api\/v1\/accounts\/(\d+)$/.exec(route) ?? [];
  const known = parts.accounts.find(({ username }) => accountId(username) === owner);
  if (known !== undefined) return ok(accountJson(known, parts.instance, parts.store.of(known.username)));
  if (route === 'POST /api/v1/statuses') return post(call, withScope(account, 'write:statuses'), parts);
  const [, id, part = ''] = /^\/api\/v1\/statuses\/([^/]+)(\/source|\/history)?$/.exec(url.pathname) ?? [];
  if (id === undefined) throw notFound();
  return oneStatus(id, part, call, account, parts);
}

function shown(status: StoredStatus, parts: ApiParts) {
  const account = parts.accounts.find(({ username }) => username === status.account);
  if (account === undefined) throw notFound();
  return statusJson(status, account, parts.instance, parts.store.of(status.account), parts.accounts);
}

function statusesOf(id: string, { url }: Call, account: StandInAccount | null, parts: ApiParts): ApiAnswer {
  const reader = withScope(account, 'read:statuses');
  const owner = parts.accounts.find(({ username }) => accountId(username) === id);
  if (owner === undefined) throw notFound();
  const page = parsed(pageOfStatuses, Object.fromEntries(url.searchParams));
  const visible = parts.store
    .of(owner.username)
    .filter(({ visibility }) => reader === owner || visibility === 'public' || visibility === 'unlisted')
    .filter((status) => page.max_id === undefined || BigInt(status.id) < BigInt(page.max_id))
    .filter((status) => page.since_id === undefined || BigInt(status.id) > BigInt(page.since_id))
    .filter((status) => page.min_id === undefined || BigInt(status.id) > BigInt(page.min_id))
    .filter(() => page.only_media !== true && page.pinned !== true && page.tagged === undefined);
  const taken = page.min_id === undefined ? visible.slice(0, page.limit) : visible.slice(-page.limit);
  const last = taken.at(-1);
  const next = new URL(url);
  if (last !== undefined) next.searchParams.set('max_id', last.id);
  const more = taken.length === page.limit;
  return {
    ...ok(taken.map((status) => shown(status, parts))),
    headers: more ? { link: `<${next.href}>; rel="next"` } : {},
  };
}

/** @throws Refusal 422 */
function checkText(text: string, spoiler: string, { maxCharacters, charactersPerUrl }: Instance): void {
  if (text.trim() === '') throw new Refusal(422, "Validation failed: Text can't be blank");
  if (countedLength(spoiler, 0) + countedLength(text, charactersPerUrl) > maxCharacters) {
    throw new Refusal(422, `Validation failed: Text character limit of ${maxCharacters} exceeded`);
  }
}

function post({ request, body }: Call, account: StandInAccount, parts: ApiParts): ApiAnswer {
  const key = request.headers['idempotency-key'];
  const known =
    typeof key === 'string' && !parts.ignoresKeys ? parts.store.byKey(account.username, key) : undefined;
  // The key alone decides, whatever else the request says.
  if (known !== undefined) return ok(shown(known, parts));
  const given = parsed(newStatus, readParameters(request, body));
  checkText(given.status, given.spoiler_text, parts.instance);
  const status = parts.store.add({
    account: account.username,
    text: given.status,
    spoiler: given.spoiler_text,
    sensitive: given.sensitive,
    visibility: given.visibility,
    language: languageOf(given.language),
    key: typeof key === 'string' ? key : null,
  });
  return ok(shown(status, parts));
}

function oneStatus(
  id: string,
  part: string,
  { method, request, body }: Call,
  account: StandInAccount | null,
  parts: ApiParts,
): ApiAnswer {
  const reads = method === 'GET';
  const asking =
    reads && account === null ? null : withScope(account, reads ? 'read:statuses' : 'write:statuses');
  const status = parts.store.find(id);
  const own = status !== undefined && status.account === asking?.username;
  const open = status?.visibility === 'public' || status?.visibility === 'unlisted';
  if (status === undefined || !(own || (reads && open))) throw notFound();
  if (reads && part === '/source') return ok({ id, text: status.text, spoiler_text: status.spoiler });
  if (reads && part === '/history') return ok(historyOf(status, parts));
  if (part !== '') throw notFound();
  if (reads) return ok(shown(status, parts));
  if (method === 'DELETE') {
    const gone = { ...shown(status, parts), text: status.text };
    parts.store.remove(status);
    return ok(gone);
  }
  if (method !== 'PUT') throw new Refusal(404, 'Not Found');
  const given = parsed(editedStatus, readParameters(request, body));
  checkText(given.status, given.spoiler_text, parts.instance);
  parts.store.edit(status, given.status, languageOf(given.language) ?? status.language);
  return ok(shown(status, parts));
}

function historyOf(status: StoredStatus, parts: ApiParts) {
  const { account, spoiler_text, sensitive } = shown(status, parts);
  return status.history.map(({ text, at }) => ({
    content: shown({ ...status, text }, parts).content,
    spoiler_text,
    sensitive,
    created_at: at,
    account,
    media_attachments: [],
    emojis: [],
    poll: null,
  }));
}
