import { parseRssFeed } from 'feedsmith';
import { describeConnector } from '@newsrelay/channel-kit/contract-suite';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { feedConnector } from './connector.js';
import { feedItemRendition } from './rendition.js';
import { unescaped } from './unescaped.fixture.js';

describeConnector({
  connector: feedConnector,
  settings: () => ({ title: '要闻' }),
  otherSettings: () => [
    { title: 'Other', content: 'summary' },
    { title: 'Other', language: 'en', maxItems: 3 },
  ],
  secrets: {},
  shown: (rendition) => {
    const { rss } = feedItemRendition.parse(rendition).full;
    const namespaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"';
    const item = parseRssFeed(`<rss version="2.0" ${namespaces}><channel>${rss}</channel></rss>`).items?.[0];
    const html = item?.content?.encoded ?? '';
    // Text in our HTML is escaped whole: what stands between "<" and ">" is a tag.
    const body = unescaped(html.replace(/<(?:"[^"]*"|[^">])*>/g, ' '));
    return { headline: item?.title ?? '', body, html };
  },
  client: () => new GuardedHttp({ allowTargets: ['127.0.0.0/8'] }),
});
