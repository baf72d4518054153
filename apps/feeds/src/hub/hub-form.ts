/*
 * What a body of `POST /hub` asks for (W3C Recommendation "WebSub", sections 5.1 and 6). Pure. Parameters that we do not know
 * are ignored, as the Recommendation asks.
 */

/** Seconds: ten days where a subscriber names none, thirty at most; the granted value is told when the intent is verified. */
export const LEASE_SECONDS = { byDefault: 864_000, most: 2_592_000 } as const;
/** Bytes that a secret must stay below (section 5.1). */
const SECRET_BYTES = 200;
/** Characters of an address that is taken. */
const URL_LENGTH = 2_048;
/** Topics that one ping may name. */
const PINGED_TOPICS = 100;

/** Refused; the answer's status, and its text. */
export class HubRefused extends Error {
  override readonly name = 'HubRefused';
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }
}

export type HubForm =
  | {
      mode: 'subscribe' | 'unsubscribe';
      topic: string;
      callback: string;
      callbackHost: string;
      secret: string | null;
      leaseSeconds: number;
    }
  | { mode: 'publish'; topics: string[] };

/** @throws HubRefused that says what is wrong */
export function readHubForm(body: string): HubForm {
  const parameters = new URLSearchParams(body);
  const mode = single(parameters, 'hub.mode');
  switch (mode) {
    case 'subscribe':
    case 'unsubscribe': {
      const topic = needed(parameters, 'hub.topic');
      checkUrl('hub.topic', topic);
      const callback = needed(parameters, 'hub.callback');
      const { hostname } = checkUrl('hub.callback', callback);
      return {
        mode,
        topic,
        callback,
        callbackHost: hostname,
        secret: mode === 'subscribe' ? secretOf(parameters) : null,
        leaseSeconds: mode === 'subscribe' ? leaseOf(parameters) : LEASE_SECONDS.byDefault,
      };
    }
    case 'publish': {
      const topics = [...parameters.getAll('hub.topic'), ...parameters.getAll('hub.url')];
      if (topics.length === 0) throw malformed('hub.topic is missing: name what was published');
      if (topics.length > PINGED_TOPICS) throw malformed(`at most ${PINGED_TOPICS} topics a request`);
      for (const topic of topics) checkUrl('hub.topic', topic);
      return { mode, topics };
    }
    case null:
      throw malformed('hub.mode is missing: send subscribe, unsubscribe or publish');
    default:
      throw malformed('hub.mode must be subscribe, unsubscribe or publish');
  }
}

const malformed = (message: string) => new HubRefused(400, message);

/** Null where it is not there. */
function single(parameters: URLSearchParams, name: string): string | null {
  const [value = null, ...more] = parameters.getAll(name);
  if (more.length > 0) throw malformed(`${name} is there more than once`);
  return value;
}

function needed(parameters: URLSearchParams, name: string): string {
  const value = single(parameters, name);
  if (value === null || value === '') throw malformed(`${name} is missing`);
  return value;
}

/** What the URL parser would pass over in silence; the address is kept and called as it is spelt. */
const UNPRINTABLE = /[\p{C}\s]/u;

function checkUrl(name: string, text: string): URL {
  if (text.length > URL_LENGTH) throw malformed(`${name} must be at most ${URL_LENGTH} characters`);
  if (UNPRINTABLE.test(text)) throw malformed(`${name} must not hold spaces or control characters`);
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || !/^https?:\/\/[^/]/i.test(text))
    throw malformed(`${name} must be an absolute http or https URL`);
  if (url.hash !== '' || text.includes('#')) throw malformed(`${name} must not have a fragment`);
  if (url.username !== '' || url.password !== '') throw malformed(`${name} must not carry credentials`);
  return url;
}

function secretOf(parameters: URLSearchParams): string | null {
  const secret = single(parameters, 'hub.secret');
  if (secret === null || secret === '') return null;
  if (Buffer.byteLength(secret) >= SECRET_BYTES)
    throw malformed(`hub.secret must be less than ${SECRET_BYTES} bytes`);
  return secret;
}

function leaseOf(parameters: URLSearchParams): number {
  const lease = single(parameters, 'hub.lease_seconds');
  if (lease === null || lease === '') return LEASE_SECONDS.byDefault;
  if (!/^\d{1,20}$/.test(lease) || /^0+$/.test(lease))
    throw malformed('hub.lease_seconds must be a whole number of seconds, at least 1');
  return Math.min(Number(lease), LEASE_SECONDS.most);
}
