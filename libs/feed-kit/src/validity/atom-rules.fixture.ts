import type { Findings } from './findings.fixture.js';
import { checkHtml } from './html-rules.fixture.js';
import { checkEachLink, checkLinks } from './link-rules.fixture.js';
import { checkMedia } from './media-rules.fixture.js';
import {
  ATOM,
  checkAttributes,
  checkDeclarations,
  checkExtensions,
  DC,
  DCTERMS,
} from './namespaces.fixture.js';
import {
  checkAllCharacters,
  checkLanguage,
  checkNotBlank,
  checkPlainText,
  checkRfc3339,
  checkUri,
} from './values.fixture.js';
import { attribute, type XmlNode, type XmlTree } from './xml-tree.fixture.js';

const PERSONS = new Set(['author', 'contributor']);
const TEXTS = new Set(['title', 'subtitle', 'summary', 'rights']);

const all = (node: XmlNode, local: string) =>
  node.children.filter((child) => child.local === local && child.uri === ATOM);
const first = (node: XmlNode, local: string) => all(node, local)[0];
const links = (node: XmlNode) => all(node, 'link');

/**
 * What the schema of RFC 4287 cannot say, as the W3C feed validator asks for it.
 *
 * @param url where it was fetched
 */
export function checkAtom(tree: XmlTree, url: string, findings: Findings): void {
  const { root } = tree;
  if (root.local !== 'feed' || root.uri !== ATOM) {
    findings.error('feed-element', root.path, root.uri);
    return;
  }
  checkDeclarations(tree, findings);
  checkExtensions(tree, findings);
  checkAllCharacters(root, findings);
  checkRequired(root, findings);
  checkLinks(links(root), { at: root, url, type: 'application/atom+xml' }, findings);
  const firstEntry = root.children.findIndex(({ local }) => local === 'entry');
  const later = firstEntry < 0 ? [] : root.children.slice(firstEntry);
  for (const { local, path } of later) {
    if (local !== 'entry') findings.error('metadata-after-entries', path);
  }
  for (const node of root.children) checkValue(node, findings);
  checkEntries(root, findings);
}

function checkRequired(node: XmlNode, findings: Findings): void {
  for (const name of ['id', 'title', 'updated']) {
    if (all(node, name).length !== 1) findings.error('one-element', node.path, name);
  }
}

function checkEntries(feed: XmlNode, findings: Findings): void {
  const [ids, updates] = [new Set<string>(), new Set<string>()];
  const feedHasAuthor = first(feed, 'author') !== undefined;
  const entries = all(feed, 'entry');
  if (entries.length === 0 && !feedHasAuthor) findings.error('missing-author', feed.path);
  for (const entry of entries) {
    checkRequired(entry, findings);
    const id = first(entry, 'id')?.text ?? '';
    const updated = first(entry, 'updated')?.text ?? '';
    if (ids.has(id)) findings.warning('duplicate-id', entry.path, id);
    if (updates.has(updated)) findings.warning('duplicate-updated', entry.path, updated);
    ids.add(id);
    updates.add(updated);
    if (!feedHasAuthor && first(entry, 'author') === undefined) {
      findings.error('missing-author', entry.path);
    }
    checkText(entry, findings);
    checkEachLink(links(entry), findings, true);
    for (const node of entry.children) checkValue(node, findings);
    checkMedia(entry, findings);
  }
}

function checkText(entry: XmlNode, findings: Findings): void {
  const content = first(entry, 'content');
  const isText = content !== undefined && attribute(content, 'src') === undefined;
  if (first(entry, 'summary') === undefined && !isText) findings.warning('missing-text', entry.path);
  const alternate = links(entry).some((link) => (attribute(link, 'rel') ?? 'alternate') === 'alternate');
  if (content === undefined && !alternate) findings.error('content-or-alternate', entry.path);
}

function checkValue(node: XmlNode, findings: Findings): void {
  const { uri, local, path, text } = node;
  if (uri === DC && local === 'language') checkLanguage(text, path, findings);
  if (uri === DCTERMS && /^(?:modified|created|issued)$/.test(local)) checkRfc3339(text, path, findings);
  if (uri !== ATOM) return;
  if (TEXTS.has(local) || local === 'content') checkConstruct(node, findings);
  if (PERSONS.has(local)) checkPerson(node, findings);
  if (local === 'updated' || local === 'published') checkRfc3339(text, path, findings);
  if (local === 'id') checkUri(text, path, findings);
  if (local === 'category') {
    const term = attribute(node, 'term');
    if (term === undefined) findings.error('missing-attribute', path, 'term');
    else checkNotBlank(term, path, findings);
    checkAttributes(node, ['term', 'scheme', 'label'], findings);
  }
}

/** `title` may be empty in RFC 4287; no reader has a use for that. */
function checkConstruct(node: XmlNode, findings: Findings): void {
  const type = attribute(node, 'type') ?? 'text';
  if (!/^(?:text|html|xhtml)$/.test(type)) findings.error('text-type', node.path, type);
  checkNotBlank(node.text, node.path, findings);
  if (type === 'html') checkHtml(node.text, node.path, findings);
  else checkPlainText(node, findings);
}

function checkPerson(node: XmlNode, findings: Findings): void {
  const name = first(node, 'name');
  if (name === undefined || all(node, 'name').length !== 1) {
    findings.error('one-element', node.path, 'name');
    return;
  }
  checkNotBlank(name.text, name.path, findings);
  checkPlainText(name, findings);
  for (const { local, path, text } of node.children) {
    if (local === 'uri') checkUri(text, path, findings);
    if (local === 'email' && !/^[^@\s]+@[^@\s]+$/.test(text)) findings.error('mailbox', path, text);
    if (!/^(?:name|uri|email)$/.test(local)) findings.error('undefined-element', path);
  }
}
