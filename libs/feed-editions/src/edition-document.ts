import { element } from '@newsrelay/channel-feed/xml';
import { channelValues } from './article-values.js';
import type { EditionChannel } from './edition-entry.js';
import type { EditionItem, LeftOut, WrittenItem } from './edition-item.js';
import { jsonMembers } from './json-members.js';
import type { EditionFormat, Profile } from './profile.js';
import { xmlElements } from './xml-elements.js';

/** Media types without parameters, where a profile names none. */
const CONTENT_TYPES: Readonly<Record<EditionFormat, string>> = {
  rss: 'application/rss+xml',
  atom: 'application/atom+xml',
  json: 'application/json',
};

export interface EditionDocument {
  body: Buffer;
  contentType: string;
  /** What became of the items that were offered; the document holds the first `shown` of those that are written. */
  shown: number;
  /** Items whose text gave way to their summary. */
  cut: number;
  leftOut: Readonly<Partial<Record<LeftOut['leftOut'], number>>>;
  /** Items that the document had no room for, by the profile's limits of items or bytes. */
  noRoom: number;
}

/** The ending of the edition's address. */
export function editionEnding({ format }: Pick<Profile, 'format'>): 'xml' | 'json' {
  return format === 'json' ? 'json' : 'xml';
}

/**
 * The document of an edition: what its channel says, then as many of the items, newest first, as the profile's limits of
 * items and bytes have room for. Those without room are the oldest ones; none is left out between two others for its length.
 *
 * @param updated last change of what the edition tells
 */
export function editionDocument(
  profile: Profile,
  channel: EditionChannel,
  updated: Date,
  items: readonly EditionItem[],
): EditionDocument {
  const { head, between, tail } = frameOf(profile, channel, updated);
  const written = items.filter((item): item is WrittenItem => 'text' in item);
  const shown = withinLimits(profile.limits, written, Buffer.byteLength(head + tail), between.length);
  const leftOut: Partial<Record<LeftOut['leftOut'], number>> = {};
  for (const item of items) {
    if ('leftOut' in item) leftOut[item.leftOut] = (leftOut[item.leftOut] ?? 0) + 1;
  }
  return {
    body: Buffer.from(head + shown.map(({ text }) => text).join(between) + tail),
    contentType: `${profile.contentType ?? CONTENT_TYPES[profile.format]}; charset=utf-8`,
    shown: shown.length,
    cut: shown.filter(({ cut }) => cut).length,
    leftOut,
    noRoom: written.length - shown.length,
  };
}

function withinLimits(
  limits: Profile['limits'],
  items: readonly WrittenItem[],
  frameBytes: number,
  betweenBytes: number,
): readonly WrittenItem[] {
  const { items: most, feedBytes = Infinity } = limits;
  let bytes = frameBytes;
  const end = items.slice(0, most).findIndex((item) => (bytes += item.bytes + betweenBytes) > feedBytes);
  return items.slice(0, end < 0 ? most : end);
}

interface Frame {
  head: string;
  /** ASCII. */
  between: string;
  tail: string;
}

function frameOf(profile: Profile, channel: EditionChannel, updated: Date): Frame {
  const values = channelValues(channel, updated);
  if (profile.format === 'json') {
    const head = JSON.stringify(jsonMembers(profile.channel, values, profile)).slice(0, -1);
    const items = `${JSON.stringify(profile.itemsName)}:[\n`;
    return { head: head + (head === '{' ? '' : ',') + items, between: ',\n', tail: '\n]}\n' };
  }
  const declared = Object.entries(profile.namespaces).map(
    ([prefix, uri]) => [`xmlns:${prefix}`, uri] as const,
  );
  const attributes = { ...Object.fromEntries(declared), 'xml:lang': channel.language };
  const open = (name: string, more: Record<string, string>) =>
    `<?xml version="1.0" encoding="utf-8"?>\n${element(name, { ...more, ...attributes }, '').replace(`</${name}>`, '')}`;
  const rss = profile.format === 'rss';
  const lines = xmlElements(profile.channel, values, profile, rss ? '    ' : '  ');
  const head = rss
    ? [open('rss', { version: '2.0' }), '  <channel>', ...lines, '']
    : [open('feed', { xmlns: 'http://www.w3.org/2005/Atom' }), ...lines, ''];
  return { head: head.join('\n'), between: '\n', tail: rss ? '\n  </channel>\n</rss>\n' : '\n</feed>\n' };
}
