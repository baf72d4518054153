import { parseFragment } from 'parse5';
import { textOf } from '../visible-text.js';
import type { FeedReader, ReadItem } from './reader.js';
import { readerProgram, runReader } from './run-program.js';

/** Debian's own Python: one that somebody else installed before it knows nothing of Debian's packages. */
export const DEBIAN_PYTHON = '/usr/bin/python3';

const SCRIPT = `
import calendar, json, sys
import feedparser
url, etag, modified = sys.argv[1:]
feed = feedparser.parse(url, etag=etag or None, modified=modified or None)
if feed.bozo:
    sys.exit(str(feed.bozo_exception))
print(json.dumps({
    'status': feed.status, 'etag': feed.get('etag', ''), 'modified': feed.get('modified', ''),
    'items': [{
        'id': entry.id, 'title': entry.title, 'titleType': entry.title_detail.type, 'link': entry.link,
        'date': calendar.timegm(entry.published_parsed) * 1000,
        'authors': [author.get('name', '') for author in entry.get('authors', [])],
        'html': entry.content[0].value,
    } for entry in feed.entries],
}))
`;

interface Parsed {
  status: number;
  etag: string;
  modified: string;
  items: (ReadItem & { titleType: string })[];
}

/** Python's feedparser, which fetches by itself and is handed its own validators again. @param home a folder of its own */
export function pythonFeedparser(format: 'rss' | 'atom', url: string, home: string): FeedReader {
  readerProgram('python3', 'python3-feedparser');
  let [etag, modified] = ['', ''];
  let items: ReadItem[] = [];
  return {
    name: 'python3-feedparser',
    format,
    poll: async () => {
      const printed = await runReader(DEBIAN_PYTHON, ['-c', SCRIPT, url, etag, modified], { home });
      const parsed = JSON.parse(printed) as Parsed;
      if (parsed.status === 304) return items;
      ({ etag, modified } = parsed);
      items = parsed.items.map(({ titleType, title, ...item }) => ({
        ...item,
        title: titleType === 'text/html' ? textOf(parseFragment(title)) : title,
      }));
      return items;
    },
  };
}
