import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/*
 * Channel secrets at rest: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. The channel id is authenticated with
 * them, so that sealed text copied into another channel's row does not open there.
 *
 * Sealed text: "v1.KEYID.NONCE.CIPHERTEXT.TAG", the last three in base64url.
 */

const FORMAT = 'v1';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed text that does not open: another key, another channel, or damage. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** Reads `NEWSRELAY_ENCRYPTION_KEY`: 32 bytes in hex or base64 (with or without padding, both alphabets). Throws a SealError that says what is wrong and never repeats the key. */
export function parseEncryptionKey(text: string): Buffer {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64');
  throw new SealError(
    `the encryption key must be ${KEY_BYTES} bytes in base64 or hex (make one with: openssl rand -base64 ${KEY_BYTES})`,
  );
}

/** A new key as the setting takes it. */
export function generateEncryptionKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** Names a key without telling anything of it. */
function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('newsrelay key id\n').update(key).digest('hex').slice(0, 12);
}

/** The id of the key that a text is sealed with. */
export function keyIdOfSealed(sealed: string): string {
  return sealed.split('.')[1] ?? '';
}

export class Sealing {
  readonly keyId: string;
  readonly #key: Buffer;

  /** Throws a SealError if the key is not 32 bytes. */
  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new SealError(`the encryption key must be ${KEY_BYTES} bytes`);
    this.#key = key;
    this.keyId = keyIdOf(key);
  }

  seal(secrets: Record<string, unknown>, channelId: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(this.#authenticated(channelId));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
    const parts = [nonce, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'));
    return [FORMAT, this.keyId, ...parts].join('.');
  }

  /** Throws a {@link SealError} that says why it does not open. */
  unseal(sealed: string, channelId: string): Record<string, unknown> {
    const [format, keyId, nonce, text, tag, ...rest] = sealed.split('.');
    if (format !== FORMAT || tag === undefined || rest.length > 0) {
      throw new SealError(`the secrets of channel ${channelId} are not in a form that this version reads`);
    }
    if (keyId !== this.keyId) {
      throw new SealError(
        `the secrets of channel ${channelId} are sealed with key ${String(keyId)}, and NEWSRELAY_ENCRYPTION_KEY is key ` +
          `${this.keyId}: set the key that they were sealed with, or enter them anew`,
      );
    }
    let opened: string;
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, Buffer.from(nonce ?? '', 'base64url'), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(this.#authenticated(channelId));
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      opened = decipher.update(text ?? '', 'base64url', 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new SealError(
        `the secrets of channel ${channelId} do not open: they belong to another channel or are damaged; enter them anew`,
        { cause },
      );
    }
    return JSON.parse(opened) as Record<string, unknown>;
  }

  #authenticated(channelId: string): Buffer {
    return Buffer.from([FORMAT, this.keyId, channelId].join('.'), 'utf8');
  }
}
