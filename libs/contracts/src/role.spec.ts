import { describe, expect, it } from '@jest/globals';
import { keyInput } from './role.js';

const pathsOf = (input: object) =>
  keyInput.safeParse(input).error?.issues.map(({ path }) => path.join('/')) ?? [];

describe('keyInput', () => {
  it('takes a source for the role source, and only there', () => {
    expect(pathsOf({ name: '高新区报', role: 'source', source: 'jngxq' })).toEqual([]);
    expect(pathsOf({ name: '值班', role: 'operator' })).toEqual([]);
    expect(pathsOf({ name: 'x', role: 'source' })).toEqual(['source']);
    expect(pathsOf({ name: 'x', role: 'source', source: '' })).toEqual(['source']);
    for (const role of ['admin', 'editor', 'operator'])
      expect(pathsOf({ name: 'x', role, source: 'jngxq' })).toEqual(['source']);
  });

  it.each([
    ['', 'empty'],
    [' \u0000\n', 'nothing but control characters'],
    ['x'.repeat(61), 'too long'],
    ['admin\u202Enimda', 'direction override'],
    ['edi\u200Btor', 'zero-width space'],
    ['ad\uFEFFmin', 'zero-width no-break space'],
    ['NEWSRELAY_ADMIN_KEY', 'name of the built-in key'],
    ['NEWSRELAY_ADMIN_KEY\u0007', 'the same behind a control character'],
  ])('refuses the name %j (%s)', (name) => {
    expect(pathsOf({ name, role: 'editor' })).toEqual(['name']);
  });

  it('keeps markup as the text that it is, on one line', () => {
    const name = '<img src=x onerror=alert(1)>\r\n"\';--';
    expect(keyInput.parse({ name, role: 'editor' }).name).toBe('<img src=x onerror=alert(1)> "\';--');
  });
});
