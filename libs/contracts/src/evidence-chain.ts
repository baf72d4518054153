import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.js';

/*
 * Evidence of withdrawals: entries that say what was ordered, sent and answered, each bound to the one before it by its hash.
 * Whoever holds an earlier export, or its head alone, can tell that nothing in it was changed since.
 */

export const EVIDENCE_KINDS = ['ordered', 'attempt', 'done-by-a-person'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** Before the first entry. */
export const NO_HASH = '0'.repeat(64);

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const entry = z.strictObject({
  number: z.number().int(),
  /** RFC 3339 in UTC, milliseconds. */
  at: z.string(),
  kind: z.string(),
  facts: z.record(z.string(), z.unknown()),
  prevHash: hash,
  hash,
});
export type EvidenceEntry = z.infer<typeof entry>;

export const evidenceFile = z.strictObject({
  format: z.literal('newsrelay-evidence-1'),
  articleId: z.string(),
  entries: z.array(entry),
  /** How many entries there are, and the hash of the last. */
  count: z.number().int(),
  head: hash,
});
export type EvidenceFile = z.infer<typeof evidenceFile>;

/** SHA-256 of the hash before, a line feed, and the canonical JSON of the rest with the article's id; hex. */
export function evidenceHash(articleId: string, entry: Omit<EvidenceEntry, 'hash'>): string {
  const { prevHash, number, at, kind, facts } = entry;
  return createHash('sha256')
    .update(`${prevHash}\n${canonicalJson({ articleId, number, at, kind, facts })}`)
    .digest('hex');
}

export function evidenceOf(articleId: string, entries: EvidenceEntry[]): EvidenceFile {
  const head = entries.at(-1)?.hash ?? NO_HASH;
  return { format: 'newsrelay-evidence-1', articleId, entries, count: entries.length, head };
}

export type EvidenceVerdict = { holds: true; count: number; head: string } | { holds: false; reason: string };

/**
 * Recomputes the chain.
 *
 * @param known hash of an entry that is known from elsewhere, such as the head of an earlier export: it must be in the chain.
 * Without it a file that was made anew from its first change to its end, or cut off with its `count` and `head`, holds.
 */
export function verifyEvidence(file: unknown, known?: string): EvidenceVerdict {
  const parsed = evidenceFile.safeParse(file);
  if (!parsed.success) return { holds: false, reason: 'this is no file of evidence' };
  const { articleId, entries, count, head } = parsed.data;
  let prevHash = NO_HASH;
  for (const [index, each] of entries.entries()) {
    const place = `entry ${index + 1}`;
    if (each.number !== index + 1)
      return { holds: false, reason: `${place} says that it is entry ${each.number}` };
    if (each.prevHash !== prevHash)
      return { holds: false, reason: `${place} does not follow the one before it` };
    if (evidenceHash(articleId, each) !== each.hash) return { holds: false, reason: `${place} was changed` };
    prevHash = each.hash;
  }
  if (count !== entries.length || head !== prevHash)
    return {
      holds: false,
      reason: `the file says that it has ${count} entries, and has ${entries.length}, or another head`,
    };
  if (known !== undefined && !entries.some((each) => each.hash === known))
    return { holds: false, reason: 'the hash that is known from elsewhere is not in it' };
  return { holds: true, count, head };
}
