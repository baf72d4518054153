import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from '@jest/globals';
import { BUILT_IN_FOLDER, loadProfiles } from '@newsrelay/feed-editions/profiles';
import { checkEdition } from './check-edition.js';

const folder = mkdtempSync(join(tmpdir(), 'newsrelay-editions-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(...words: string[]) {
  const said: string[] = [];
  const out = new PassThrough();
  const status = checkEdition(words, out, { say: (line) => said.push(line) });
  return { status, said, shown: (out.read() as Buffer | null)?.toString() ?? '' };
}

const GOLDEN = join(import.meta.dirname, '../../../libs/feed-editions/golden');

describe('newsrelay editions check', () => {
  it.each(readdirSync(BUILT_IN_FOLDER))('shows the golden file of %s', (name) => {
    const file = join(BUILT_IN_FOLDER, name);
    const { status, said, shown } = run('check', file, '--sample');
    expect({ status, said }).toEqual({
      status: 0,
      said: [expect.stringContaining('can be used; of the sample 6 items')],
    });
    expect(shown).toBe(readFileSync(join(GOLDEN, name.replace('.yaml', '.xml')), 'utf8'));
    expect(run('check', file).shown).toBe('');
  });

  it('says what is wrong, as the start of the service does', () => {
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const google = readFileSync(join(BUILT_IN_FOLDER, 'google.yaml'), 'utf8');
    const renamed = write('partner.yaml', google);
    expect(run('check', renamed)).toEqual({
      status: 1,
      shown: '',
      said: [`${renamed}:4:1: edition: is "google", and the file's name says "partner": name both alike`],
    });
    const broken = write(
      'broken.yaml',
      google.replace('edition: google', 'edition: broken').replace('format: rss', 'format: rdf'),
    );
    expect(run('check', broken, '--sample')).toEqual({
      status: 1,
      shown: '',
      said: [`${broken}:6:1: format: must be rss, atom or json`],
    });
    const missing = join(folder, 'missing.yaml');
    expect(run('check', missing).said).toEqual([`${missing}: cannot be read (ENOENT)`]);
    write('google.yaml', google);
    write('works.yml', google.replace('edition: google', 'edition: works'));
    write('.hidden.yaml', 'x');
    mkdirSync(join(folder, 'folder.yaml'));
    const { byName, faults } = loadProfiles(folder);
    expect([...byName.keys()]).toEqual(['aggregator-zh', 'google', 'msn', 'works']);
    expect(faults).toEqual([
      expect.stringContaining('broken.yaml:6:1: format'),
      `${join(folder, 'folder.yaml')}: cannot be read (EISDIR)`,
      `${join(folder, 'google.yaml')}: there is an edition "google" already: choose another name`,
      expect.stringContaining('partner.yaml:4:1: edition'),
    ]);
  });

  it('knows no other words', () => {
    for (const words of [[], ['list'], ['check'], ['check', 'a', '--what']])
      expect(run(...words).status).toBe(2);
  });
});
