/** Names under which PostgreSQL keeps statements, by their text: one for each text of this process. */
const names = new Map<string, string>();

export function nameStatement(text: string, name: string): void {
  names.set(text, `newsrelay-${name}`);
}

/** The name under which a connection keeps a statement; undefined for one that is to be parsed each time. */
export function nameOfStatement(text: string): string | undefined {
  return names.get(text);
}
