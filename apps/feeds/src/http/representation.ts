import type { CodedBody } from '@newsrelay/feed-kit/codings';
import type { Validators } from '@newsrelay/feed-kit/validators';

/** What an address is answered with, and what HTTP says about it. */
export interface Representation extends Validators {
  body: Buffer;
  /** The body's other codings, with which it is answered to whoever takes them. Without it: plain bytes alone. */
  coded?: CodedBody;
  contentType: string;
  /** Of 304 as of 200. */
  headers: Readonly<Record<string, string>>;
}
