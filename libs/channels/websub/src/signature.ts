import { createHmac } from 'node:crypto';

/** Methods of `X-Hub-Signature` (W3C Recommendation "WebSub", section 7.1), by the names that they have there. */
export const SIGNATURE_METHODS = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
export type SignatureMethod = (typeof SIGNATURE_METHODS)[number];

/** `method=hex` over the bytes of the body. @throws Error for another method */
export function hubSignature(method: string, secret: string, body: string): string {
  const known = SIGNATURE_METHODS.find((each) => each === method);
  if (known === undefined) throw new Error(`"${method}" is no method of X-Hub-Signature`);
  return `${known}=${createHmac(known, secret).update(body).digest('hex')}`;
}
