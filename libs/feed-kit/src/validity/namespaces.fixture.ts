import type { Findings } from './findings.fixture.js';
import type { XmlNode, XmlTree } from './xml-tree.fixture.js';
import { everyNode } from './xml-tree.fixture.js';
import { words } from './words.fixture.js';

export const ATOM = 'http://www.w3.org/2005/Atom';
export const CONTENT = 'http://purl.org/rss/1.0/modules/content/';
export const DC = 'http://purl.org/dc/elements/1.1/';
export const DCTERMS = 'http://purl.org/dc/terms/';
export const MEDIA = 'http://search.yahoo.com/mrss/';
export const SY = 'http://purl.org/rss/1.0/modules/syndication/';
export const HISTORY = 'http://purl.org/syndication/history/1.0';
export const TOMBSTONES = 'http://purl.org/atompub/tombstones/1.0';
const XML = 'http://www.w3.org/XML/1998/namespace';

/** What the validator knows, with the prefix that it wants. */
const KNOWN = new Map([
  [ATOM, 'atom'],
  [CONTENT, 'content'],
  [DC, 'dc'],
  [DCTERMS, 'dcterms'],
  [MEDIA, 'media'],
  [SY, 'sy'],
  [HISTORY, 'fh'],
]);

/** Elements that are known of each extension, wherever they may stand. */
const EXTENSIONS = new Map([
  [CONTENT, new Set(['encoded'])],
  [
    DC,
    new Set(
      words(
        `title creator subject description publisher contributor date type format identifier source language relation
         coverage rights`,
      ),
    ),
  ],
  [
    DCTERMS,
    new Set(
      words(
        'alternative abstract created issued modified valid available isPartOf replaces isReplacedBy spatial temporal',
      ),
    ),
  ],
  [
    MEDIA,
    new Set(
      words(
        'content group credit description title thumbnail keywords category copyright rating text player hash restriction',
      ),
    ),
  ],
  [SY, new Set(['updatePeriod', 'updateFrequency', 'updateBase'])],
  [HISTORY, new Set(['archive', 'complete'])],
]);
const ONCE = new Map([
  [CONTENT, EXTENSIONS.get(CONTENT)],
  [DC, new Set(['title', 'description', 'type', 'format', 'source', 'language', 'rights'])],
  [DCTERMS, new Set(['abstract', 'created', 'issued', 'modified'])],
  [MEDIA, new Set(['title', 'description', 'copyright'])],
  [SY, EXTENSIONS.get(SY)],
  [HISTORY, EXTENSIONS.get(HISTORY)],
]);
const ATTRIBUTES = new Map([
  [
    `${MEDIA}content`,
    words(
      'bitrate channels duration expression fileSize framerate height isDefault lang medium samplingrate type url width',
    ),
  ],
  [`${MEDIA}credit`, ['role', 'scheme']],
  [`${MEDIA}title`, ['type']],
  [`${MEDIA}description`, ['type']],
  [`${MEDIA}thumbnail`, ['url', 'width', 'height', 'time']],
  [`${ATOM}link`, ['href', 'rel', 'type', 'title', 'hreflang', 'length']],
]);
/** `xml:*` may stand everywhere. */
const isStandard = (uri: string, local: string) =>
  uri === XML && ['lang', 'base', 'space', 'id'].includes(local);

/** Namespaces that nobody knows, and prefixes that mislead. */
export function checkDeclarations(tree: XmlTree, findings: Findings): void {
  for (const { uri, prefix, at } of tree.declared) {
    const usual = KNOWN.get(uri);
    if (usual === undefined && uri === MEDIA.slice(0, -1)) findings.error('media-namespace', at.path, uri);
    else if (usual === undefined) findings.warning('unknown-namespace', at.path, uri);
    if (usual !== prefix && [...KNOWN.values()].includes(prefix)) {
      findings.warning('reserved-prefix', at.path, `${prefix}=${uri}`);
    }
  }
}

/** An element of an extension that the extension has not, twice where it may stand once, or with attributes of others. */
export function checkExtensions(tree: XmlTree, findings: Findings): void {
  for (const node of everyNode(tree.root)) {
    checkAttributes(node, ATTRIBUTES.get(node.uri + node.local), findings);
    const seen = new Set<string>();
    for (const child of node.children) {
      const known = EXTENSIONS.get(child.uri);
      if (known !== undefined && !known.has(child.local)) findings.error('undefined-element', child.path);
      const key = child.uri + child.local;
      if (ONCE.get(child.uri)?.has(child.local) === true && seen.has(key)) {
        findings.error('duplicate-element', child.path);
      }
      seen.add(key);
    }
  }
}

/** @param expected undefined where the element's own rules say, or nobody does */
export function checkAttributes(
  node: XmlNode,
  expected: readonly string[] | undefined,
  findings: Findings,
): void {
  if (expected === undefined) {
    if (!EXTENSIONS.has(node.uri)) return;
    expected = [];
  }
  for (const { uri, local, value } of node.attributes) {
    if (isStandard(uri, local)) continue;
    if (uri !== '' || !expected.includes(local)) {
      findings.error('unexpected-attribute', node.path, `${local}="${value}"`);
    }
  }
}
