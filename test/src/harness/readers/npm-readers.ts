import FeedParser from 'feedparser';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import { parseFragment } from 'parse5';
import RssParser from 'rss-parser';
import { textOf } from '../visible-text.js';
import type { FeedReader, ReadItem } from './reader.js';

const fetched = async (url: string) => (await fetch(url)).text();
const at = (date: string | undefined) => Date.parse(date ?? '');

/** rss-parser, which fetches by itself. */
export function rssParser(format: 'rss' | 'atom', url: string): FeedReader {
  const parser = new RssParser<object, Record<string, string | undefined>>();
  return {
    name: 'rss-parser',
    format,
    poll: async () => {
      const { items } = await parser.parseURL(url);
      return items.map((item) => ({
        id: item.guid ?? item['id'] ?? '',
        title: item.title ?? '',
        link: item.link ?? '',
        date: at(item.pubDate),
        authors: [item.creator ?? item['author'] ?? ''],
        html: item['content:encoded'] ?? item.content ?? '',
      }));
    },
  };
}

/** feedparser of npm, a stream. */
export function npmFeedparser(format: 'rss' | 'atom', url: string): FeedReader {
  return {
    name: 'feedparser',
    format,
    poll: async () => {
      const parser = new FeedParser({ feedurl: url });
      parser.end(await fetched(url));
      const items: ReadItem[] = [];
      for await (const item of parser as AsyncIterable<FeedParser.Item>) {
        items.push({
          id: item.guid,
          title: item.title,
          link: item.link,
          date: item.pubdate?.getTime() ?? NaN,
          authors: [item.author],
          html: item.description,
        });
      }
      return items;
    },
  };
}

/** feedsmith, which keeps what a feed says in the feed's own words. */
export function feedsmith(format: 'rss' | 'atom' | 'json', url: string): FeedReader {
  const parse = { rss: ofRss, atom: ofAtom, json: ofJson }[format];
  return { name: 'feedsmith', format, poll: async () => parse(await fetched(url)) };
}

function ofRss(text: string): ReadItem[] {
  return (parseRssFeed(text).items ?? []).map((item) => ({
    id: item.guid?.value ?? '',
    title: item.title ?? '',
    link: item.link ?? '',
    date: at(item.pubDate),
    authors: item.dc?.creators ?? [],
    html: item.content?.encoded ?? '',
  }));
}

function ofAtom(text: string): ReadItem[] {
  return (parseAtomFeed(text).entries ?? []).map((entry) => {
    const { value = '', type } = entry.title ?? {};
    return {
      id: entry.id ?? '',
      title: type === 'html' ? textOf(parseFragment(value)) : value,
      link: entry.links?.[0]?.href ?? '',
      date: at(entry.published),
      authors: entry.authors?.map(({ name }) => name ?? '') ?? [],
      html: entry.content?.value ?? '',
    };
  });
}

function ofJson(text: string): ReadItem[] {
  return (parseJsonFeed(text).items ?? []).map((item) => ({
    id: item.id ?? '',
    title: item.title ?? '',
    link: item.url ?? '',
    date: at(item.date_published),
    authors: item.authors?.map(({ name }) => name ?? '') ?? [],
    html: item.content_html ?? '',
  }));
}
