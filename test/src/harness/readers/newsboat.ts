import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FeedReader, ReadItem } from './reader.js';
import { readerProgram, runReader } from './run-program.js';

/** newsboat, by its own command line and its cache. @param home a folder of its own */
export function newsboat(format: 'rss' | 'atom', url: string, home: string): FeedReader {
  const program = readerProgram('newsboat', 'newsboat');
  const [config, urls, cache] = ['config', 'urls', 'cache.db'].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(config, 'error-log /dev/null\n');
  writeFileSync(urls, `${url}\n`);
  return {
    name: 'newsboat',
    format,
    poll: async () => {
      await runReader(program, ['-C', config, '-u', urls, '-c', cache, '-x', 'reload'], { home });
      return itemsIn(cache);
    },
  };
}

function itemsIn(cache: string): ReadItem[] {
  if (!existsSync(cache)) throw new Error('newsboat made no cache');
  const database = new DatabaseSync(cache, { readOnly: true });
  try {
    const rows = database.prepare('SELECT guid, title, url, pubDate, author, content FROM rss_item').all();
    return rows.map((row) => ({
      id: String(row['guid']),
      title: String(row['title']),
      link: String(row['url']),
      date: Number(row['pubDate']) * 1000,
      authors: [String(row['author'])],
      html: String(row['content']),
    }));
  } finally {
    database.close();
  }
}
