import { SaxesParser } from 'saxes';
import { describeConnector } from '@newsrelay/channel-kit/contract-suite';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { feedConnector } from './connector.js';
import { feedItemRendition } from './rendition.js';

/** Text of the elements of an RSS item, by a strict XML parser. */
function elementsOf(item: string): Record<string, string> {
  const texts: Record<string, string> = {};
  const open: string[] = [];
  const parser = new SaxesParser();
  const take = (text: string) => {
    const name = open.at(-1) ?? '';
    texts[name] = (texts[name] ?? '') + text;
  };
  parser.on('opentag', ({ name }) => open.push(name));
  parser.on('closetag', () => open.pop());
  parser.on('text', take);
  parser.on('cdata', take);
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(item).close();
  return texts;
}

const ENTITIES = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' } as const;
const plain = (html: string) =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|#39|amp);/g, (_whole, name: keyof typeof ENTITIES) => ENTITIES[name]);

describeConnector({
  connector: feedConnector,
  settings: () => ({ title: '要闻' }),
  otherSettings: () => [
    { title: '要闻', content: 'summary' },
    { title: 'News', language: 'en', maxItems: 5 },
  ],
  secrets: {},
  shown: (rendition) => {
    const item = elementsOf(feedItemRendition.parse(rendition).full.rss);
    const html = item['content:encoded'] ?? '';
    return { headline: item['title'] ?? '', body: plain(html), html };
  },
  client: () => new GuardedHttp({ allowTargets: ['127.0.0.0/8'] }),
});
