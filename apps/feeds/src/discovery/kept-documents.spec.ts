import { beforeEach, describe, expect, it } from '@jest/globals';
import { KeptDocuments, type DocumentSource } from './kept-documents.js';

describe('KeptDocuments', () => {
  let now: number;
  let made: string[];
  let stamp: string;
  let documents: KeptDocuments;
  beforeEach(() => {
    now = 0;
    made = [];
    stamp = 'a';
    documents = new KeptDocuments({ most: 2, freshMs: 1_000, now: () => now });
  });
  const source = (name: string): DocumentSource => ({
    stamp: () => Promise.resolve(stamp),
    make: () => {
      made.push(name);
      return Promise.resolve(`${name} ${stamp}`);
    },
  });
  const textOf = async (name: string) => (await documents.get(name, source(name))).body.toString();

  it('makes a document once for as long as its stamp is the same, and asks for that once in its time', async () => {
    expect(await textOf('x')).toBe('x a');
    stamp = 'b';
    now = 999;
    expect(await textOf('x')).toBe('x a');
    now = 1_000;
    expect(await textOf('x')).toBe('x b');
    now = 5_000;
    expect(await textOf('x')).toBe('x b');
    expect(made).toEqual(['x', 'x']);
  });

  it('makes it once for all who ask meanwhile', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => documents.get('x', source('x'))));
    expect(new Set(all).size).toBe(1);
    expect(made).toEqual(['x']);
  });

  it('keeps those that were asked for last, and tags equal bytes equally', async () => {
    const { etag } = await documents.get('x', source('x'));
    await textOf('y');
    await textOf('z');
    expect((await documents.get('x', source('x'))).etag).toBe(etag);
    expect(made).toEqual(['x', 'y', 'z', 'x']);
  });

  it('tries again after a failure', async () => {
    const failing = { stamp: () => Promise.reject(new Error('away')), make: () => Promise.resolve('') };
    await expect(documents.get('x', failing)).rejects.toThrow('away');
    expect(await textOf('x')).toBe('x a');
  });
});
