import { z } from 'zod';
import { articleInput, type ArticleInput } from '@newsrelay/contracts/article';
import { jsonPointer, Problem } from '@newsrelay/contracts/problem';
import { problemFromIssues } from '@newsrelay/contracts/problem-from-zod';
import { instant } from '@newsrelay/contracts/text';
import { saysTheSame } from './article-content.js';
import { paragraphsOfHtml, sanitiseHtml } from './sanitise-html.js';

/*
 * ninjs 3.x (IPTC) as an article. What the standard names and Newsrelay has no place for is left alone: ninjs is an
 * exchange format whose senders carry more than we keep. What we do read must have the type that the standard gives it,
 * and a field that it does not name is refused: `embargoed` of ninjs 2 left unread would publish what is embargoed.
 */

const text = z.string();
const roleValue = z.looseObject({ role: text.optional(), value: text });
const bodyValue = roleValue.extend({ contentType: text.optional() });
const named = z.looseObject({ name: text.optional(), rel: text.optional() });
const rendition = z.looseObject({
  href: text.optional(),
  contentType: text.optional(),
  name: text.optional(),
});
const association = z.looseObject({
  by: text.optional(),
  descriptions: z.array(roleValue).optional(),
  renditions: z.array(rendition).optional(),
});

const ninjsItem = z.looseObject({
  uri: text,
  pubStatus: z.enum(['usable', 'withheld', 'canceled']).optional(),
  language: text.optional(),
  by: text.optional(),
  located: text.optional(),
  versionCreated: text.optional(),
  contentCreated: text.optional(),
  embargoedUntil: text.optional(),
  headlines: z.array(roleValue).min(1, 'must hold a headline'),
  bodies: z.array(bodyValue).min(1, 'must hold a body'),
  people: z.array(named).optional(),
  infoSources: z.array(named).optional(),
  subjects: z.array(named).optional(),
  renditions: z.array(rendition).optional(),
  associations: z.array(association).optional(),
  standard: z
    .looseObject({
      version: z
        .string()
        .regex(/^3(\.|$)/, 'must be 3.x: convert the item')
        .optional(),
    })
    .optional(),
});
/** Fields of an item that ninjs 3 names, up to 3.3 (https://iptc.org/std/ninjs/) and that say nothing to us. */
const LEFT_ALONE = new Set(
  (
    'type representationType profile version firstCreated urgency copyrightHolder copyrightNotice usageTerms edNote ' +
    'descriptions organisations places events eventDetails plannedCoverage objects title slugline altIds ' +
    'trustIndicators genres expires rightsInfo digitalSourceType contentDigitised'
  ).split(' '),
);
type NinjsItem = z.infer<typeof ninjsItem>;

/* Relations by which our own pushes (libs/channels/webhook) tell apart what the standard leaves to the provider. */
const EDITOR = '责任编辑';
const KEYWORD = 'keyword';

/** The time of a version is no time of publication: it moves with every version, and dates only an article that is new. */
export type NinjsArticle = ArticleInput & { versionCreated: string | undefined };

/** An article from a ninjs 3.x item. `source` comes from the query, else from `infoSources`. @throws Problem 422 */
export function articleOfNinjs(item: unknown, source: string | undefined): NinjsArticle {
  refuseUnknownFields(item);
  const parsed = ninjsItem.safeParse(item);
  if (!parsed.success) throw problemFromIssues(parsed.error.issues);
  const ninjs = parsed.data;
  if (ninjs.pubStatus === 'canceled' || ninjs.pubStatus === 'withheld') {
    throw new Problem(
      422,
      `pubStatus: a ${ninjs.pubStatus} item is not an article to publish; withdraw it by POST /api/v1/articles/{id}/withdraw`,
      [{ path: '/pubStatus', message: 'must be "usable" or left out' }],
    );
  }
  const givenSource = source ?? ninjs.infoSources?.find((info) => info.name !== undefined)?.name;
  if (givenSource === undefined) {
    throw new Problem(422, 'source: is required: as ?source= or as the name of an infoSource', [
      { path: '/infoSources', message: 'names no source; give one, or send ?source=' },
    ]);
  }
  const draft = {
    source: givenSource,
    sourceId: ninjs.uri,
    kicker: headlineOf(ninjs, 'kicker'),
    headline: headlineOf(ninjs, 'main') ?? ninjs.headlines[0]?.value,
    subtitle: headlineOf(ninjs, 'subtitle'),
    dateline: ninjs.located ?? null,
    bylines: bylinesOf(ninjs),
    editor: ninjs.people?.find(({ rel }) => rel === EDITOR)?.name ?? null,
    media: mediaOf(ninjs),
    language: ninjs.language,
    sections: namesOf(ninjs.subjects, (rel) => rel !== KEYWORD),
    keywords: namesOf(ninjs.subjects, (rel) => rel === KEYWORD),
    url: ninjs.renditions?.find(({ name }) => name === 'web')?.href ?? null,
    publishedAt: ninjs.contentCreated,
    embargoUntil: ninjs.embargoedUntil ?? null,
    ...bodyOf(ninjs),
  };
  const article = articleInput.safeParse(
    Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)),
  );
  const versionCreated = instant.optional().safeParse(ninjs.versionCreated);
  if (article.success && versionCreated.success) {
    return { ...article.data, versionCreated: versionCreated.data };
  }
  throw problemFromIssues([
    ...(article.error?.issues ?? []).map((issue) => ({ ...issue, path: ninjsPath(issue.path) })),
    ...(versionCreated.error?.issues ?? []).map((issue) => ({ ...issue, path: ['versionCreated'] })),
  ]);
}

/** @throws Problem 422 */
function refuseUnknownFields(item: unknown): void {
  if (typeof item !== 'object' || item === null) return;
  const unknown = Object.keys(item).filter(
    (name) => !LEFT_ALONE.has(name) && !Object.hasOwn(ninjsItem.shape, name),
  );
  if (unknown.length === 0) return;
  throw new Problem(
    422,
    `ninjs 3 has no field ${unknown.slice(0, 10).join(', ')}; items of ninjs 1 and 2 must be converted.`,
    unknown.map((name) => ({ path: jsonPointer([name]), message: 'is no field of ninjs 3' })),
  );
}

/** Errors name the field of what was sent. */
const NINJS_FIELDS: Record<string, string> = {
  sourceId: 'uri',
  headline: 'headlines',
  kicker: 'headlines',
  subtitle: 'headlines',
  dateline: 'located',
  bylines: 'people',
  editor: 'people',
  media: 'associations',
  sections: 'subjects',
  keywords: 'subjects',
  url: 'renditions',
  publishedAt: 'contentCreated',
  embargoUntil: 'embargoedUntil',
  body: 'bodies',
  bodyHtml: 'bodies',
  source: 'infoSources',
};
function ninjsPath(path: PropertyKey[]): PropertyKey[] {
  const [first, ...rest] = path;
  const field = NINJS_FIELDS[String(first)];
  return field === undefined ? path : [field, ...rest.filter((key) => typeof key === 'number')];
}

function headlineOf(ninjs: NinjsItem, role: string): string | null {
  return ninjs.headlines.find((headline) => headline.role === role)?.value ?? null;
}

function namesOf(subjects: NinjsItem['subjects'], isWanted: (rel: string | undefined) => boolean): string[] {
  return (subjects ?? []).flatMap(({ name, rel }) => (name !== undefined && isWanted(rel) ? [name] : []));
}

/** Pictures, video and sound by address; what an association holds else has no place here. */
function mediaOf(ninjs: NinjsItem) {
  return (ninjs.associations ?? []).flatMap(({ by, descriptions = [], renditions = [] }) => {
    const shown = renditions.find(
      ({ href, contentType }) => href !== undefined && /^(image|video|audio)\//.test(contentType ?? ''),
    );
    if (shown === undefined) return [];
    const description = (role: string) => descriptions.find((entry) => entry.role === role)?.value;
    const caption = description('caption') ?? descriptions.find(({ role }) => role === undefined)?.value;
    return [
      {
        url: shown.href,
        type: shown.contentType,
        caption: caption ?? '',
        credit: by ?? '',
        alt: description('alt') ?? '',
      },
    ];
  });
}

function bylinesOf(ninjs: NinjsItem) {
  const people = (ninjs.people ?? []).flatMap(({ name, rel }) =>
    name === undefined || rel === EDITOR ? [] : [{ role: rel ?? null, name }],
  );
  return people.length > 0 || ninjs.by === undefined ? people : [{ role: null, name: ninjs.by }];
}

function bodyOf(ninjs: NinjsItem): { body?: string[]; bodyHtml?: string } {
  const isHtml = (body: NinjsItem['bodies'][number]) =>
    body.role === 'html' || body.contentType?.startsWith('text/html') === true;
  const html = ninjs.bodies.find(isHtml);
  const plain = ninjs.bodies.find((body) => !isHtml(body));
  const body = plain === undefined ? undefined : paragraphsOf(plain.value);
  if (html === undefined) return body === undefined ? {} : { body };
  // Senders make the plain form by rules of their own; where the two differ, the fuller one is the text.
  const agree = body !== undefined && saysTheSame(body, paragraphsOfHtml(sanitiseHtml(html.value)));
  return agree ? { body, bodyHtml: html.value } : { bodyHtml: html.value };
}

/** Between empty lines, where there are any: line breaks inside a paragraph stay. Else each line is one. */
function paragraphsOf(plain: string): string[] {
  const text = plain.replace(/\r\n?/g, '\n');
  return text.split(/\n[^\S\n]*\n/.test(text) ? /\n(?:[^\S\n]*\n)+/ : '\n');
}

/** True if the media type names ninjs. */
export function isNinjs(contentType: string | undefined): boolean {
  return /^\s*application\/vnd\.iptc\.ninjs\+json\b/i.test(contentType ?? '');
}
