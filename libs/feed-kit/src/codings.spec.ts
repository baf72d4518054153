import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { acceptedCodings, CodedBody } from './codings.js';

const LONG = Buffer.from('济宁高新区要闻 '.repeat(2_000));
const SHORT = Buffer.from('a short text');

describe('a body in several codings', () => {
  it('is made when it is asked for, once for all who ask', async () => {
    const coded = new CodedBody(LONG, '"tag"');
    expect(coded.made('gzip')).toBeUndefined();
    const [first, second] = await Promise.all([coded.in('gzip'), coded.in('gzip')]);
    expect(second).toBe(first);
    expect(coded.made('gzip')).toBe(first);
    expect(await coded.in('gzip')).toBe(first);
    expect(coded.made('br')).toBeUndefined();
    expect(gunzipSync(first).equals(LONG)).toBe(true);
    expect(brotliDecompressSync(await coded.in('br')).equals(LONG)).toBe(true);
    expect(coded.made('identity')).toBe(LONG);
    expect(await coded.in('identity')).toBe(LONG);
  });

  it('is the same bytes under the same tags in whichever process', async () => {
    const [one, two] = [new CodedBody(LONG, '"tag"'), new CodedBody(Buffer.from(LONG), '"tag"')];
    expect(two.etags).toEqual(one.etags);
    for (const coding of ['gzip', 'br'] as const)
      expect((await two.in(coding)).equals(await one.in(coding))).toBe(true);
    expect(one.etags.identity).toBe('"tag"');
    expect(one.etags.gzip).toMatch(/^"tag-gzip-[\w-]{5}"$/);
    expect(one.etags.br).toMatch(/^"tag-br-[\w-]{5}"$/);
  });

  it('is coded where that is worth it, or where nothing else is taken', () => {
    const [long, short] = [new CodedBody(LONG, '"l"'), new CodedBody(SHORT, '"s"')];
    expect(long.codingFor('gzip')).toBe('gzip');
    expect(short.codingFor('gzip')).toBe('identity');
    expect(short.codingFor('gzip, identity;q=0')).toBe('gzip');
    expect(short.codingFor('identity;q=0')).toBeNull();
    expect(long.codingFor(undefined)).toBe('identity');
  });

  it.each([
    ['gzip;q=0.1, br;q=0.2', ['br', 'gzip', 'identity']],
    ['gzip;q=1.000;ext=1', ['gzip', 'identity']],
    ['gzip;q=nonsense', ['gzip', 'identity']],
    ['identity;q=0.5, *;q=0.1', ['identity', 'br', 'gzip']],
    ['*;q=0', []],
    ['gzip;q=0, gzip', ['gzip', 'identity']],
  ])('reads %s', (header, codings) => {
    expect(acceptedCodings(header)).toEqual(codings);
  });

  it('does not remember all that clients make up', () => {
    for (let at = 0; at < 2_000; at += 1)
      expect(acceptedCodings(`x-${at}, gzip`)).toEqual(['gzip', 'identity']);
  });
});
