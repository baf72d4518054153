import type { FeedReader } from './reader.js';
import { readerProgram, runReader } from './run-program.js';

/** sfeed, which reads from standard input and leaves fetching to others. @param home a folder of its own */
export function sfeed(format: 'rss' | 'atom', url: string, home: string): FeedReader {
  const program = readerProgram('sfeed', 'sfeed');
  return {
    name: 'sfeed',
    format,
    poll: async () => {
      const answer = await fetch(url);
      const lines = await runReader(program, [url], {
        home,
        input: Buffer.from(await answer.arrayBuffer()),
      });
      return lines
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [time, title = '', link = '', content = '', , id = '', author = ''] = line.split('\t');
          const date = Number(time) * 1000;
          return { id, title, link, date, authors: [author], html: unescaped(content) };
        });
    },
  };
}

/** sfeed(5): line feed, tab and backslash are escaped in a content. */
function unescaped(content: string): string {
  return content.replace(/\\([nt\\])/g, (_, name: string) => ({ n: '\n', t: '\t' })[name] ?? '\\');
}
