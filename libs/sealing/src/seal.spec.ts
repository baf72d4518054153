import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isMasked, MASK, maskSecrets, redact, withoutMasked } from './mask.js';
import { generateEncryptionKey, parseEncryptionKey, Sealing, SealError } from './seal.js';

const secrets = { signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', note: '密钥' };

describe('parseEncryptionKey', () => {
  const key = randomBytes(32);
  it.each(['hex', 'base64', 'base64url'] as const)('reads %s', (encoding) => {
    expect(parseEncryptionKey(` ${key.toString(encoding)}\n`)).toEqual(key);
  });

  it('reads upper-case hex and what it generates', () => {
    expect(parseEncryptionKey(key.toString('hex').toUpperCase())).toEqual(key);
    expect(parseEncryptionKey(generateEncryptionKey())).toHaveLength(32);
    expect(generateEncryptionKey()).not.toBe(generateEncryptionKey());
  });

  it.each([
    ['nothing', ''],
    ['a word', 'short'],
    ['64 letters', 'z'.repeat(64)],
    ['63 digits of hex', key.toString('hex').slice(1)],
    ['31 bytes', randomBytes(31).toString('base64')],
    ['33 bytes', randomBytes(33).toString('base64')],
  ])('refuses %s without repeating it', (_what, text) => {
    const read = () => parseEncryptionKey(text);
    expect(read).toThrow(SealError);
    expect(read).toThrow('must be 32 bytes in base64 or hex');
    if (text !== '') expect(read).not.toThrow(text);
  });
});

describe('Sealing', () => {
  const sealing = new Sealing(randomBytes(32));

  it('opens what it sealed, and seals the same differently each time', () => {
    const first = sealing.seal(secrets, 'partner-daily');
    const second = sealing.seal(secrets, 'partner-daily');
    expect(first).not.toBe(second);
    expect(sealing.unseal(first, 'partner-daily')).toEqual(secrets);
    expect(sealing.unseal(second, 'partner-daily')).toEqual(secrets);
    expect(sealing.unseal(sealing.seal({}, 'a'), 'a')).toEqual({});
  });

  it('shows neither secret nor key', () => {
    const key = randomBytes(32);
    const sealed = new Sealing(key).seal(secrets, 'partner-daily');
    for (const text of [
      secrets.signingSecret,
      'signingSecret',
      key.toString('hex'),
      key.toString('base64url'),
    ]) {
      expect(sealed).not.toContain(text);
      expect(JSON.stringify(new Sealing(key))).not.toContain(text);
    }
  });

  it('does not open in another channel', () => {
    const sealed = sealing.seal(secrets, 'partner-daily');
    expect(() => sealing.unseal(sealed, 'partner-dail')).toThrow('belong to another channel or are damaged');
  });

  it('names both keys where the key is another', () => {
    const other = new Sealing(randomBytes(32));
    const sealed = sealing.seal(secrets, 'partner-daily');
    expect(() => other.unseal(sealed, 'partner-daily')).toThrow(
      `sealed with key ${sealing.keyId}, and NEWSRELAY_ENCRYPTION_KEY is key ${other.keyId}`,
    );
  });

  it('does not open once any part is changed', () => {
    const sealed = sealing.seal(secrets, 'partner-daily');
    const parts = sealed.split('.');
    parts.forEach((part, index) => {
      const changed = [...parts];
      changed[index] = (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
      expect(() => sealing.unseal(changed.join('.'), 'partner-daily')).toThrow(SealError);
    });
    for (const text of ['', sealed.slice(0, -4), `${sealed}.x`, 'v1....', parts.slice(0, 4).join('.')]) {
      expect(() => sealing.unseal(text, 'partner-daily')).toThrow(SealError);
    }
  });

  it('refuses a key of another length', () => {
    expect(() => new Sealing(randomBytes(16))).toThrow(SealError);
  });
});

describe('the mask', () => {
  it('is the same for every secret and is recognised when it comes back', () => {
    const shown = maskSecrets({ ...secrets, unset: null });
    expect(shown).toEqual({ signingSecret: MASK, note: MASK, unset: null });
    expect(isMasked(shown['signingSecret'])).toBe(true);
    expect(isMasked(secrets.signingSecret)).toBe(false);
    expect(withoutMasked({ signingSecret: MASK, note: 'new', unset: null })).toEqual({
      note: 'new',
      unset: null,
    });
  });
});

describe('redact', () => {
  it('takes every secret out of a text, wherever it stands', () => {
    const { signingSecret } = secrets;
    expect(redact(`bad ${signingSecret}, I said ${signingSecret}!`, secrets)).toBe(
      `bad ${MASK}, I said ${MASK}!`,
    );
    expect(redact('密钥 is too short to be looked for', secrets)).toBe('密钥 is too short to be looked for');
    expect(redact(null, secrets)).toBeNull();
  });
});
