import { FEED_FORMATS, hubUrl, MEDIA_TYPES, type FeedFormat } from './addresses.js';
import { documentUrl, isPage } from './archive-links.js';
import { atomDocument } from './atom-document.js';
import { CodedBody } from './codings.js';
import { CROSS_ORIGIN } from './cross-origin.js';
import { encodedItem, fill, HOLE, type FilledDocument, type Piece } from './encoded-items.js';
import { shownSince, type FeedState } from './feed-state.js';
import { accessHeaders, ARCHIVE_CACHE_CONTROL, FEED_CACHE_CONTROL } from './freshness.js';
import { jsonDocument } from './json-document.js';
import { rssDocument } from './rss-document.js';
import { lastModifiedOf, type Validators } from './validators.js';

/** One document with what HTTP says about it, made once per change and served as it is. */
export interface FeedDocument extends Validators {
  /** The plain bytes, put together when they are first asked for. */
  readonly body: Buffer;
  /** The same in every coding. */
  coded: CodedBody;
  /** Its items, which other documents may share. */
  pieces: readonly Piece[];
  /** What is around them, bytes. */
  frameBytes: number;
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
  const items = state.entries.map((entry) => encodedItem(entry, state.settings.content, publicUrl));
  const changedAt = entriesChangedAt(state);
  // Clients that go by the date must see a new title or address too.
  const lastModified = lastModifiedOf(latest([changedAt, state.shapedAt]));
  // Made with holes, which the items' bytes go into as they are.
  const holes = items.map(() => HOLE);
  const atomHoles = items.map(() => ({ beforeUpdated: HOLE, afterUpdated: HOLE }));
  const filled: Record<FeedFormat, FilledDocument> = {
    rss: fill(
      rssDocument(state, publicUrl, changedAt, holes),
      items.map((item) => item.rss),
    ),
    atom: fill(
      atomDocument(state, publicUrl, changedAt, atomHoles),
      items.flatMap((item) => item.atom),
    ),
    json: fill(
      jsonDocument(state, publicUrl, holes),
      items.map((item) => item.json),
    ),
  };
  const documents = FEED_FORMATS.map((format): [FeedFormat, FeedDocument] => {
    const { parts, etag, pieces, frameBytes } = filled[format];
    const headers = {
      etag,
      ...accessHeaders(state.access, isPage(state) ? ARCHIVE_CACHE_CONTROL : FEED_CACHE_CONTROL),
      link: linksOf(state, publicUrl, format),
      ...CROSS_ORIGIN,
    };
    const contentType = `${MEDIA_TYPES[format]}; charset=utf-8`;
    const coded = new CodedBody(parts, etag);
    const document: FeedDocument = {
      get body() {
        return coded.body;
      },
      coded,
      pieces,
      frameBytes,
      etag,
      otherEtags: [coded.etags.br, coded.etags.gzip],
      headers,
      contentType,
      lastModified,
    };
    return [format, document];
  });
  return Object.fromEntries(documents) as FeedDocuments;
}

/** RFC 8288: by which a JSON feed is discovered, too. */
function linksOf(state: FeedState, publicUrl: string, format: FeedFormat): string {
  const self = `<${documentUrl(state, publicUrl, format)}>; rel="self"`;
  return isPage(state) ? self : `<${hubUrl(publicUrl)}>; rel="hub", ${self}`;
}
