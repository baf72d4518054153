import { readFileSync } from 'node:fs';
import { readPage } from '@newsrelay/newspaper-page/read-page';
import { answerParent } from './answer-parent.js';

/*
 * Reads the sample pages again and again, in one of several ways. Started with --expose-gc and a young generation that
 * holds all of a reading, so that what it allocates can be told; or without, for the time it takes.
 */

const files = process.argv.slice(2);
const texts = files.map((file) => readFileSync(file, 'utf8'));

/** The least that any reader of such text does: lines, their marks, paragraphs. */
function split(text: string): unknown {
  const lines = text.split(/\r?\n/u).map((line) => ({
    text: line.trim(),
    indent: /^[\s\u3000]*/u.exec(line)?.[0].length ?? 0,
    byline: /^[（(]?(记者|通讯员)\s*(.+?)[)）]?$/u.exec(line.trim())?.[2] ?? null,
    sentence: /[。！？]$/u.test(line),
  }));
  const paragraphs: string[] = [];
  let open = '';
  for (const line of lines) {
    if (line.text === '') continue;
    open += line.text;
    if (line.sentence) {
      paragraphs.push(open);
      open = '';
    }
  }
  return { lines, paragraphs, rest: open };
}

/** The texts as JSON strings of the same characters. */
const quoted = texts.map((text) => JSON.stringify({ lines: text.split('\n') }));

const READERS: Readonly<Record<string, () => unknown[]>> = {
  newsrelay: () => texts.map((text) => readPage(text)),
  split: () => texts.map(split),
  json: () => quoted.map((text): unknown => JSON.parse(text)),
};

function readerOf(name: string): () => unknown[] {
  const reader = READERS[name];
  if (reader === undefined) throw new Error(`there is no reader ${name}`);
  return reader;
}

answerParent({
  /** Milliseconds that all pages take once, on average over as many times as fit into the time given. */
  time: ({ reader, milliseconds }: { reader: string; milliseconds: number }): number => {
    const read = readerOf(reader);
    const from = performance.now();
    let times = 0;
    do {
      read();
      times += 1;
    } while (performance.now() - from < milliseconds);
    return (performance.now() - from) / times;
  },
  /** Bytes that all pages allocate once, and those of them that the result holds. */
  memory: ({ reader }: { reader: string }): { allocated: number; held: number } => {
    const read = readerOf(reader);
    const collect = globalThis.gc;
    if (collect === undefined) throw new Error('started without --expose-gc');
    read();
    collect();
    const before = process.memoryUsage().heapUsed;
    const result = read();
    const after = process.memoryUsage().heapUsed;
    collect();
    const held = process.memoryUsage().heapUsed - before;
    if (result.length !== texts.length) throw new Error('not every page was read');
    return { allocated: after - before, held };
  },
  /** Pages, and articles that are found on them. */
  found: (): { pages: number; articles: number } => ({
    pages: texts.length,
    articles: texts.reduce((sum, text) => sum + readPage(text).articles.length, 0),
  }),
});
