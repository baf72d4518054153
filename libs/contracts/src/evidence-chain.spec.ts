import { describe, expect, it } from '@jest/globals';
import {
  NO_HASH,
  evidenceHash,
  evidenceOf,
  verifyEvidence,
  type EvidenceEntry,
  type EvidenceFile,
} from './evidence-chain.js';

const ARTICLE = '00000000-0000-4000-8000-000000000000';

function made(count = 4): EvidenceFile {
  const entries: EvidenceEntry[] = [];
  for (let number = 1; number <= count; number += 1) {
    const prevHash = entries.at(-1)?.hash ?? NO_HASH;
    const at = '2026-01-01T00:00:00.000Z';
    const rest = { number, at, kind: 'attempt', facts: { status: 200, channel: `c${number}` }, prevHash };
    entries.push({ ...rest, hash: evidenceHash(ARTICLE, rest) });
  }
  return evidenceOf(ARTICLE, entries);
}
/** As JSON comes back, with one thing changed. */
const changed = (change: (file: EvidenceFile) => void): unknown => {
  const file = JSON.parse(JSON.stringify(made())) as EvidenceFile;
  change(file);
  return file;
};
const at = (file: EvidenceFile, index: number): EvidenceEntry => {
  const found = file.entries[index];
  if (found === undefined) throw new Error('no such entry');
  return found;
};

describe('a chain of evidence', () => {
  it('holds as it was made, in whatever order JSON names the members', () => {
    const file = made();
    expect(verifyEvidence(JSON.parse(JSON.stringify(file)))).toEqual({
      holds: true,
      count: 4,
      head: file.head,
    });
    const reversed = changed((copy) => {
      at(copy, 1).facts = { channel: 'c2', status: 200 };
    });
    expect(verifyEvidence(reversed)).toMatchObject({ holds: true });
    expect(verifyEvidence(made(0))).toMatchObject({ holds: true, count: 0 });
  });

  it.each<[string, (file: EvidenceFile) => void, string]>([
    ['a fact', (file) => (at(file, 1).facts['status'] = 500), 'entry 2 was changed'],
    ['a time', (file) => (at(file, 2).at = '2026-01-02T00:00:00.000Z'), 'entry 3 was changed'],
    ['a kind', (file) => (at(file, 0).kind = 'ordered'), 'entry 1 was changed'],
    ['the article', (file) => (file.articleId = 'another'), 'entry 1 was changed'],
    ['a dropped entry', (file) => file.entries.splice(1, 1), 'entry 2 says that it is entry 3'],
    ['the order', (file) => file.entries.reverse(), 'entry 1 says that it is entry 4'],
    ['an added entry', (file) => file.entries.push(at(file, 3)), 'entry 5 says that it is entry 4'],
    ['a missing end', (file) => file.entries.pop(), 'the file says that it has 4 entries'],
    ['a hash', (file) => (at(file, 3).hash = NO_HASH), 'entry 4 was changed'],
    ['the head', (file) => (file.head = NO_HASH), 'another head'],
    [
      'an entry made anew',
      (file) => {
        const second = at(file, 1);
        second.facts['status'] = 500;
        second.hash = evidenceHash(ARTICLE, second);
      },
      'entry 3 does not follow',
    ],
  ])('tells that %s was changed', (_what, change, reason) => {
    expect(verifyEvidence(changed(change))).toEqual({
      holds: false,
      reason: expect.stringContaining(reason),
    });
  });

  it('an end cut off together with count and head is told by a head that is known', () => {
    const known = made().head;
    expect(verifyEvidence(made(3))).toMatchObject({ holds: true });
    expect(verifyEvidence(made(3), known)).toMatchObject({ holds: false });
    expect(verifyEvidence(made(6), known)).toMatchObject({ holds: true, count: 6 });
  });

  it.each([[null], [[]], [{}], ['text'], [{ ...made(), format: 'another' }]])('is no chain: %j', (file) => {
    expect(verifyEvidence(file)).toEqual({ holds: false, reason: 'this is no file of evidence' });
  });
});
