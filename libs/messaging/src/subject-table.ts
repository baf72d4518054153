/** Looks values up by NATS subject; keys may hold the wildcards `*` (one token) and `>` (the rest). */
export class SubjectTable<T> {
  readonly #exact = new Map<string, T>();
  readonly #patterns: { readonly pattern: string; readonly value: T }[] = [];

  constructor(entries: Iterable<readonly [string, T]>) {
    for (const [pattern, value] of entries) {
      if (isWildcard(pattern)) this.#patterns.push({ pattern, value });
      else this.#exact.set(pattern, value);
    }
  }

  /** An exact key wins over wildcards, of which the first one given wins. */
  find(subject: string): T | undefined {
    return this.#exact.get(subject) ?? this.#patterns.find(({ pattern }) => covers(pattern, subject))?.value;
  }
}

/** Whether everything that `subject` can be, wildcards included, falls under `pattern`. */
export function covers(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const given = subject.split('.');
  for (const [index, token] of wanted.entries()) {
    const other = given[index];
    if (other === undefined) return false;
    if (token === '>') return true;
    if (other === '>' || (token !== '*' && token !== other)) return false;
  }
  return wanted.length === given.length;
}

function isWildcard(subject: string): boolean {
  return subject.split('.').some((token) => token === '*' || token === '>');
}
