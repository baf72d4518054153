import { describe, expect, it } from '@jest/globals';
import { canonicalJson, contentHash } from './canonical-json.js';

describe('canonicalJson', () => {
  it('does not depend on the order of members, at any depth', () => {
    expect(canonicalJson({ b: 1, a: { d: [{ y: 1, x: 2 }], c: null } })).toBe(
      canonicalJson({ a: { c: null, d: [{ x: 2, y: 1 }] }, b: 1 }),
    );
  });
  it('keeps the order of lists and leaves undefined members out', () => {
    expect(canonicalJson({ b: [2, 1], a: undefined })).toBe('{"b":[2,1]}');
  });
  it('keeps what differs apart', () => {
    const hashes = [{}, { a: null }, { a: '' }, { a: [] }, { a: '1' }, { a: 1 }, [], null].map(contentHash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});
