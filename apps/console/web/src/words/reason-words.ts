import type { Key } from './zh.js';

export interface ReasonWords {
  key: Key;
  values: Record<string, string>;
}

/** What outlets and networks say, by how it begins or what it holds; the first that fits. */
const KNOWN: readonly [RegExp, Key][] = [
  [/^the outlet asks to come back later \((?<status>\d+)\)/, 'reason.later'],
  [/^the outlet failed \((?<status>\d+)\)/, 'reason.failed'],
  [/^the outlet redirects \((?<status>\d+)/, 'reason.redirects'],
  [/^the outlet refuses the request \((?<status>\d+)\)/, 'reason.refuses'],
  [/^the channel is paused: (?<why>.+)$/s, 'reason.paused'],
  [/sent, and no answer/i, 'reason.unanswered'],
  [/^asked for by an operator/, 'reason.operator'],
  [/^withdrawn (before|while)/, 'reason.withdrawnBefore'],
  [/the channel was deleted/, 'reason.channelDeleted'],
  [/made it pointless|came after it/, 'reason.newer'],
  [/ECONNREFUSED/, 'reason.refusedConnection'],
  [/ENOTFOUND|EAI_AGAIN|does not resolve/i, 'reason.dns'],
  [/certificate|CERT_|self.signed/i, 'reason.tls'],
  [/private|reserved|not allowed/i, 'reason.private'],
  [/timed? ?out|deadline|in time/i, 'reason.timeout'],
  [/ECONNRESET|EPIPE|socket|other side closed|UND_ERR/i, 'reason.network'],
];

/** A reason of the ledger in words of the page; null if it is none of those that are known, and is shown as it is. */
export function reasonWords(reason: string): ReasonWords | null {
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(reason);
    if (found !== null) return { key, values: { ...found.groups } };
  }
  return null;
}
