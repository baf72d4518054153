import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { leading } from './delivery-states.js';

const ROOT = join(import.meta.dirname, '../../..');

/** A statement that writes the state of deliveries, as Kysely or SQL says it. */
const WRITES = [
  /\.updateTable\('deliveries[^']*'\)(?:(?!\.execute).)*?\.set\(\{(?:(?!\}\)).)*?\bstate\b/s,
  /\bupdate deliveries \w+\s+set state\b/,
];

describe('the states of deliveries', () => {
  it('lead where the machine says, and nowhere else', () => {
    expect(leading(['queued', 'retrying'], 'sending')).toEqual(['queued', 'retrying']);
    expect(() => leading(['queued', 'canceled'], 'queued')).toThrow('does not go from canceled to queued');
  });

  it('are written by nothing that has not asked the machine', () => {
    const sources = globSync(['apps/*/src/**/*.ts', 'libs/**/src/**/*.ts'], { cwd: ROOT })
      .filter((path) => !/\.(?:spec|fixture)\.ts$|\/(?:migrations|node_modules|dist)\//.test(path))
      .map((path) => ({ path: relative('', path), text: readFileSync(join(ROOT, path), 'utf8') }));
    const writers = sources.filter(({ text }) => WRITES.some((write) => write.test(text)));
    // Else the patterns find nothing any more.
    expect(writers.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'libs/ledger/src/claims.ts',
        'libs/ledger/src/deliveries.ts',
        'libs/ledger/src/tasks.ts',
      ]),
    );
    const silent = writers.filter(({ text }) => !/\bleading\(/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});
