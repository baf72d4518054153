/** An item as a reader keeps it. What it keeps of several authors is up to the reader. */
export interface ReadItem {
  id: string;
  title: string;
  link: string;
  /** Milliseconds since 1970. */
  date: number;
  authors: string[];
  html: string;
}

/** A program or library that reads a feed, with whatever it keeps between two polls. */
export interface FeedReader {
  name: string;
  format: 'rss' | 'atom' | 'json';
  /** Asks for the feed as the reader does by itself, and tells what the reader has then. */
  poll: () => Promise<ReadItem[]>;
}
