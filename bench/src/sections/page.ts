import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { count, figure, type SectionResult } from '../measuring/figures.js';
import { inTurn } from '../measuring/rounds.js';
import type { Closing } from '../stand/closing.js';
import { NodeChild } from '../stand/node-child.js';
import type { Stand } from '../stand/stand.js';

const PAGES = fileURLToPath(new URL('../../../samples/pages/', import.meta.url));
/** By the names that the reading process knows them by. */
const READERS = {
  newsrelay: 'newsrelay',
  split: 'lines, marks and paragraphs by regex',
  json: 'JSON.parse of as much text',
};
type Reader = keyof typeof READERS;

/** Time and memory of reading every sample page once. */
export async function page(stand: Stand, own: Closing): Promise<SectionResult> {
  const logDir = join(stand.folder.make('page'), 'logs');
  const files = readdirSync(PAGES).map((name) => join(PAGES, name));
  const child = (execArgv: readonly string[] = []): NodeChild => {
    const made = new NodeChild({ script: 'page-reader', args: files, execArgv, logDir });
    own.add(() => made.stop());
    return made;
  };
  // One process for each, as a reader that has warmed up another one's code would not be what it is alone.
  const timing = new Map<Reader, NodeChild>();
  const weighing = new Map<Reader, NodeChild>();
  const readers = Object.keys(READERS) as Reader[];
  for (const reader of readers) {
    timing.set(reader, child());
    weighing.set(reader, child(['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256']));
  }
  const first = timing.get('newsrelay');
  const found = await first?.ask<{ pages: number; articles: number }>('found');

  const measure = async (reader: Reader): Promise<{ ms: number; allocated: number; held: number }> => {
    const ms = await timing
      .get(reader)
      ?.ask<number>('time', { reader, milliseconds: stand.plan.page.milliseconds });
    const bytes = await weighing.get(reader)?.ask<{ allocated: number; held: number }>('memory', { reader });
    if (ms === undefined || bytes === undefined) throw new Error(`there is no reader ${reader}`);
    return { ms, ...bytes };
  };
  const results = await inTurn(
    Object.fromEntries(readers.map((reader) => [READERS[reader], () => measure(reader)])),
    stand.plan.rounds,
    stand,
  );
  const bytesOfText = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const of = (reader: Reader, key: 'ms' | 'allocated' | 'held', divisor = 1): number[] =>
    (results.get(READERS[reader]) ?? []).map((round) => round[key] / divisor);
  const parts = (key: 'ms' | 'allocated' | 'held', divisor?: number) => ({
    better: 'lower' as const,
    ours: of('newsrelay', key, divisor),
    baselines: { [READERS.split]: of('split', key, divisor), [READERS.json]: of('json', key, divisor) },
  });
  return {
    section: 'page',
    title: 'Reading newspaper pages',
    settings: { pages: files.length, 'bytes of text': bytesOfText, 'articles found': found?.articles ?? 0 },
    counts: [count('pages read', files.length, found?.pages ?? 0)],
    figures: [
      figure({ name: 'time for a page', unit: 'ms', ...parts('ms', files.length) }),
      figure({ name: 'allocated for a page', unit: 'KiB', ...parts('allocated', files.length * 1024) }),
      figure({ name: 'held by a page’s reading', unit: 'KiB', ...parts('held', files.length * 1024) }),
    ],
    notes: [],
  };
}
