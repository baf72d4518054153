import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { RecentlyUsed } from '@newsrelay/contracts/recently-used';

/* Symmetric signatures of Standard Webhooks 1.0 ("Signature scheme"). */

const PREFIX = 'whsec_';
/** Bytes of a secret that we make. The specification wants 24 to 64. */
const GENERATED_BYTES = 32;

export function generateSigningSecret(): string {
  return PREFIX + randomBytes(GENERATED_BYTES).toString('base64');
}

/** The key's bytes, or null if the text is no signing secret: "whsec_" and 24 to 64 bytes in padded base64. */
export function readSigningSecret(secret: string): Buffer | null {
  if (!secret.startsWith(PREFIX)) return null;
  const encoded = secret.slice(PREFIX.length);
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) return null;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

/** Keys that were used last: making one takes longer than signing with it. */
const keys = new RecentlyUsed<string, KeyObject>(20_000);

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const bytes = readSigningSecret(secret);
  if (bytes === null) throw new Error('the signing secret is no "whsec_…" secret');
  const key = createSecretKey(bytes);
  keys.set(secret, key);
  return key;
}

/** Headers of one attempt: HMAC-SHA256 over "id.timestamp.body", the timestamp in seconds. Throws if the secret is none. */
export function signedHeaders(secret: string, id: string, at: Date, body: string): Record<string, string> {
  const key = keyOf(secret);
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', key)
    .update(`${id}.${timestamp}.`, 'utf8')
    .update(body, 'utf8')
    .digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
