/* What a profile can take from a channel, an article, or one of an article's lists. `docs/editions.md` lists them; a spec compares. */

/**
 * `text` is plain, `url` an absolute ASCII address, `html` allow-listed markup, `list` several plain texts. A field that has
 * nothing to say is null or an empty list.
 */
export type FieldKind = 'text' | 'url' | 'html' | 'date' | 'number' | 'list';

type Fields = Readonly<Record<string, FieldKind>>;

/** Of the channel, in channel elements and in items alike. */
const CHANNEL = {
  'channel.id': 'text',
  'channel.urn': 'text',
  'channel.title': 'text',
  'channel.description': 'text',
  'channel.language': 'text',
  'channel.link': 'url',
  'channel.self': 'url',
  'channel.ttl': 'number',
} as const satisfies Fields;

/** In channel elements alone: an item that said so would change with every other item. */
const CHANNEL_ALONE = { 'channel.updated': 'date' } as const satisfies Fields;

const ITEM = {
  id: 'text',
  uuid: 'text',
  version: 'number',
  status: 'text',
  title: 'text',
  headline: 'text',
  kicker: 'text',
  subtitle: 'text',
  dateline: 'text',
  link: 'url',
  page: 'url',
  published: 'date',
  modified: 'date',
  corrected: 'date',
  withdrawn: 'date',
  expires: 'date',
  byline: 'text',
  authors: 'list',
  editor: 'text',
  source: 'text',
  sections: 'list',
  keywords: 'list',
  categories: 'list',
  language: 'text',
  note: 'text',
  summary: 'text',
  summaryHtml: 'html',
  bodyText: 'text',
  body: 'html',
  fullHtml: 'html',
  'image.url': 'url',
  'image.type': 'text',
  'image.caption': 'text',
  'image.credit': 'text',
  'image.alt': 'text',
} as const satisfies Fields;

const LABEL = { label: 'text' } as const satisfies Fields;
const MEDIUM = {
  'media.url': 'url',
  'media.type': 'text',
  'media.medium': 'text',
  'media.caption': 'text',
  'media.credit': 'text',
  'media.alt': 'text',
} as const satisfies Fields;

/** What an element can be repeated for, each with the fields that it brings. */
const LISTS = {
  bylines: { 'byline.role': 'text', 'byline.name': 'text' },
  authors: LABEL,
  sections: LABEL,
  keywords: LABEL,
  categories: LABEL,
  images: MEDIUM,
  media: MEDIUM,
} as const satisfies Readonly<Record<string, Fields>>;

export type ListName = keyof typeof LISTS;
export const LIST_NAMES = Object.keys(LISTS) as readonly ListName[];

/** Where an element stands: in the channel, in an item, or repeated for a list of an item. */
export type Scope = 'channel' | 'item' | ListName;

const mapOf = (...fields: readonly Fields[]) =>
  new Map<string, FieldKind>(fields.flatMap((each) => Object.entries(each)));

const SCOPES = new Map<Scope, ReadonlyMap<string, FieldKind>>([
  ['channel', mapOf(CHANNEL, CHANNEL_ALONE)],
  ['item', mapOf(CHANNEL, ITEM)],
  ...LIST_NAMES.map((name) => [name, mapOf(CHANNEL, ITEM, LISTS[name])] as const),
]);

const NONE: ReadonlyMap<string, FieldKind> = new Map();

/** The fields that can be used there, with their kinds. */
export function fieldsOf(scope: Scope): ReadonlyMap<string, FieldKind> {
  return SCOPES.get(scope) ?? NONE;
}
