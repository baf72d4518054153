import type { Key } from './zh.js';

/** What the API says of a field, by the whole of its message. */
const KNOWN: readonly [RegExp, Key][] = [
  [/^is taken$/, 'fieldError.taken'],
  [/^is required(: .*)?$/, 'fieldError.required'],
  [/^is no channel$/, 'fieldError.noChannel'],
  [/^must be after since$/, 'fieldError.order'],
  [/^must be at most (?<days>\d+) days after since/, 'fieldError.window'],
  [/^must be at least (?<n>\d+)$/, 'fieldError.least'],
  [/^must be at most (?<n>\d+)$/, 'fieldError.most'],
  [/^must be an RFC 3339 instant/, 'fieldError.instant'],
  [/^must be in the future$/, 'fieldError.future'],
  [/^must be an absolute https URL$/, 'fieldError.url'],
  [/^must be an e-mail address$/, 'fieldError.email'],
  [/^must be 1 to 63 of a-z/, 'fieldError.id'],
];

/** In words of the page; null if it is none of those that are known, and is shown as it is. */
export function fieldProblem(message: string): { key: Key; values: Record<string, string> } | null {
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(message);
    if (found !== null) return { key, values: { ...found.groups } };
  }
  return null;
}
