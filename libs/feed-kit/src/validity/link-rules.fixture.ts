import type { Findings } from './findings.fixture.js';
import { checkLanguage, checkMediaType, checkUri } from './values.fixture.js';
import { attribute, type XmlNode } from './xml-tree.fixture.js';

/** Registered relations that feeds use (IANA, Link Relations). */
const RELATIONS = new Set([
  'alternate',
  'current',
  'enclosure',
  'first',
  'hub',
  'last',
  'license',
  'next',
  'next-archive',
  'prev-archive',
  'previous',
  'related',
  'search',
  'self',
  'up',
  'via',
]);
const OF_FEEDS_ALONE = new Set([
  'current',
  'first',
  'last',
  'next',
  'next-archive',
  'prev-archive',
  'previous',
]);

/**
 * The `atom:link` elements of a feed: one names the feed itself, by the address at which it was fetched.
 *
 * @param of the feed's element, its address and media type
 */
export function checkLinks(
  links: readonly XmlNode[],
  of: { at: XmlNode; url: string; type: string },
  findings: Findings,
): void {
  const own = links.filter((link) => attribute(link, 'rel') === 'self');
  if (own.length === 0) findings.warning('missing-self', of.at.path);
  for (const link of own) {
    const type = attribute(link, 'type');
    if (attribute(link, 'href') !== of.url) {
      findings.warning('self-differs', link.path, attribute(link, 'href'));
    }
    if (type !== undefined && type !== of.type) findings.warning('self-type', link.path, type);
  }
  checkEachLink(links, findings);
}

/** Links of an entry, or those of a feed beside its own. */
export function checkEachLink(links: readonly XmlNode[], findings: Findings, inEntry = false): void {
  const seen = new Set<string>();
  for (const link of links) {
    const [href, type, language] = ['href', 'type', 'hreflang'].map((name) => attribute(link, name));
    const relation = attribute(link, 'rel') ?? 'alternate';
    if (href === undefined) findings.error('missing-attribute', link.path, 'href');
    else checkUri(href, link.path, findings);
    if (type !== undefined) checkMediaType(type, link.path, findings);
    if (language !== undefined) checkLanguage(language, link.path, findings);
    if (!RELATIONS.has(relation) && !/^[a-z]+:/.test(relation)) {
      findings.warning('unregistered-relation', link.path, relation);
    }
    if (inEntry && OF_FEEDS_ALONE.has(relation)) {
      findings.warning('feed-relation-in-entry', link.path, relation);
    }
    if (link.text.trim() !== '' || link.children.length > 0) findings.warning('link-not-empty', link.path);
    const key = [relation, type, language].join();
    // Several enclosures of one type, several hubs and related pages are allowed; one thing has one alternate and one self.
    if (seen.has(key) && /^(?:alternate|self)$/.test(relation)) {
      findings.error('duplicate-link', link.path, key);
    }
    seen.add(key);
  }
}
