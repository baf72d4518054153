import { FEED_FORMATS, hubUrl, MEDIA_TYPES, type FeedFormat } from './addresses.js';
import { documentUrl, isPage } from './archive-links.js';
import { atomDocument } from './atom-document.js';
import { CodedBody } from './codings.js';
import { CROSS_ORIGIN } from './cross-origin.js';
import { shownSince, type FeedState } from './feed-state.js';
import { accessHeaders, ARCHIVE_CACHE_CONTROL, FEED_CACHE_CONTROL } from './freshness.js';
import { fragmentsOfEntry } from './items.js';
import { jsonDocument } from './json-document.js';
import { rssDocument } from './rss-document.js';
import { lastModifiedOf, strongEtag, type Validators } from './validators.js';

/** One document with what HTTP says about it, made once per change and served as it is. */
export interface FeedDocument extends Validators {
  body: Buffer;
  /** The same in every coding. */
  coded: CodedBody;
  /** Of 304 as of 200: RFC 9110, section 15.4.5, and `Link`, by which a JSON feed is discovered. */
  headers: Readonly<Record<string, string>>;
  contentType: string;
}

export type FeedDocuments = Readonly<Record<FeedFormat, FeedDocument>>;

/** Last change of what the feed tells: an entry came, changed or was withdrawn; of an empty feed its birth. */
function entriesChangedAt(state: FeedState): Date {
  return latest([state.channelCreatedAt, ...state.entries.map(shownSince)]);
}

function latest(instants: readonly Date[]): Date {
  return new Date(Math.max(...instants.map((at) => at.getTime())));
}

/**
 * The three documents of a feed. A pure function of the ledger's rows and the public URL: no clock, no chance, so that
 * bytes and tags are equal on every instance and after every restart.
 *
 * @param publicUrl without a trailing slash
 */
export function makeFeedDocuments(state: FeedState, publicUrl: string): FeedDocuments {
  const items = state.entries.map((entry) => fragmentsOfEntry(entry, state.settings.content, publicUrl));
  const changedAt = entriesChangedAt(state);
  // Clients that go by the date must see a new title or address too.
  const lastModified = lastModifiedOf(latest([changedAt, state.shapedAt]));
  const texts: Record<FeedFormat, string> = {
    rss: rssDocument(
      state,
      publicUrl,
      changedAt,
      items.map((item) => item.rss),
    ),
    atom: atomDocument(
      state,
      publicUrl,
      changedAt,
      items.map((item) => item.atom),
    ),
    json: jsonDocument(
      state,
      publicUrl,
      items.map((item) => item.json),
    ),
  };
  const documents = FEED_FORMATS.map((format): [FeedFormat, FeedDocument] => {
    const body = Buffer.from(texts[format], 'utf8');
    const etag = strongEtag(body);
    const headers = {
      etag,
      ...accessHeaders(state.access ?? 'public', isPage(state) ? ARCHIVE_CACHE_CONTROL : FEED_CACHE_CONTROL),
      link: linksOf(state, publicUrl, format),
      ...CROSS_ORIGIN,
    };
    const contentType = `${MEDIA_TYPES[format]}; charset=utf-8`;
    const coded = new CodedBody(body, etag);
    const otherEtags = [coded.etags.br, coded.etags.gzip];
    return [format, { body, coded, etag, otherEtags, headers, contentType, lastModified }];
  });
  return Object.fromEntries(documents) as FeedDocuments;
}

/** RFC 8288: by which a JSON feed is discovered, too. */
function linksOf(state: FeedState, publicUrl: string, format: FeedFormat): string {
  const self = `<${documentUrl(state, publicUrl, format)}>; rel="self"`;
  return isPage(state) ? self : `<${hubUrl(publicUrl)}>; rel="hub", ${self}`;
}
