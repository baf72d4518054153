import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const rows = [...read('docs/security.md').matchAll(/^\|.*\| `([\w/-]+)`: `(.+)` \|$/gm)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

describe('the vectors in docs/security.md', () => {
  it('are many', () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  it.each(rows)('%s has a test "%s"', (file, title) => {
    const path = file.includes('/') ? file : `libs/outbound/src/${file}`;
    // As the source has it: quotes within quotes are escaped there.
    expect(read(`${path}.spec.ts`)).toContain(title);
  });
});
