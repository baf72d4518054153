const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function decoded(entity: string, name: string): string {
  const code = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
  if (code === null) return ENTITIES[name.toLowerCase()] ?? entity;
  const point = code[1] === undefined ? Number(code[2]) : Number.parseInt(code[1], 16);
  return point > 0x10ffff ? entity : String.fromCodePoint(point);
}

/**
 * The letters of a status's `content`, without markup and white space: what stays the same whichever way a server breaks
 * lines, shortens links and escapes.
 */
export function lettersOfContent(html: string): string {
  const text = html
    .replace(/<(?:"[^"]*"|'[^']*'|[^'">])*>/g, '')
    .replace(/&(#?\w{1,10});/g, (entity, name: string) => decoded(entity, name));
  return lettersOf(text);
}

/** The same of a text as it was sent. */
export function lettersOf(text: string): string {
  return text.replace(/[\s\u200B\u2060\uFEFF]+/g, '').normalize('NFC');
}
