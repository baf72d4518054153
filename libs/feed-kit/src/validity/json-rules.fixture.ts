import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { JSON_FEED_SCHEMA } from '../jsonfeed-1.1.fixture.js';
import type { Findings } from './findings.fixture.js';
import { checkHtml } from './html-rules.fixture.js';
import { checkCharacters, checkRfc3339, checkUri } from './values.fixture.js';

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
addFormats.default(ajv);
const isJsonFeed = ajv.compile<JsonFeed>(JSON_FEED_SCHEMA);

interface JsonFeed {
  feed_url?: string;
  home_page_url?: string;
  items: JsonItem[];
}

interface JsonItem {
  id: string;
  url?: string;
  image?: string;
  content_html?: string;
  date_published?: string;
  date_modified?: string;
  attachments?: { url: string; title?: string }[];
}

/**
 * JSON Feed 1.1: its schema, and what a schema cannot say.
 *
 * @param url where it was fetched
 */
export function checkJson(text: string, url: string, findings: Findings): void {
  let feed: unknown;
  try {
    feed = JSON.parse(text);
  } catch (error) {
    findings.error('not-json', '', String(error));
    return;
  }
  checkStrings(feed, '', findings);
  if (!isJsonFeed(feed)) {
    for (const { instancePath, message } of isJsonFeed.errors ?? []) {
      findings.error('json-schema', instancePath, message);
    }
    return;
  }
  if (feed.feed_url !== url) findings.warning('self-differs', '/feed_url', feed.feed_url);
  if (feed.home_page_url !== undefined) checkUri(feed.home_page_url, '/home_page_url', findings);
  const ids = new Set<string>();
  for (const [at, item] of feed.items.entries()) {
    if (ids.has(item.id)) findings.error('duplicate-id', `/items/${at}/id`, item.id);
    ids.add(item.id);
    checkItem(item, `/items/${at}`, findings);
  }
}

function checkItem(item: JsonItem, where: string, findings: Findings): void {
  for (const name of ['url', 'image'] as const) {
    const value = item[name];
    if (value !== undefined) checkUri(value, `${where}/${name}`, findings);
  }
  for (const name of ['date_published', 'date_modified'] as const) {
    const value = item[name];
    if (value !== undefined) checkRfc3339(value, `${where}/${name}`, findings);
  }
  if (item.content_html !== undefined) checkHtml(item.content_html, `${where}/content_html`, findings);
  const titles = new Set<string>();
  for (const { url, title } of item.attachments ?? []) {
    checkUri(url, `${where}/attachments`, findings);
    if (title === undefined) continue;
    // Attachments of one title are one thing in several forms: a player shows only one of them.
    if (titles.has(title)) findings.warning('attachments-alike', `${where}/attachments`, title);
    titles.add(title);
  }
}

function checkStrings(value: unknown, where: string, findings: Findings): void {
  if (typeof value === 'string') checkCharacters(value, where, findings);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) checkStrings(inner, `${where}/${key}`, findings);
}
