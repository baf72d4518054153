import type { Findings } from './findings.fixture.js';
import { checkHtml } from './html-rules.fixture.js';
import { checkLinks } from './link-rules.fixture.js';
import { checkMedia } from './media-rules.fixture.js';
import {
  ATOM,
  checkAttributes,
  checkDeclarations,
  checkExtensions,
  CONTENT,
  DC,
  DCTERMS,
  SY,
} from './namespaces.fixture.js';
import {
  checkAllCharacters,
  checkLanguage,
  checkMediaType,
  checkNotBlank,
  checkPlainText,
  checkPositiveInteger,
  checkRfc3339,
  checkRfc822,
  checkUri,
} from './values.fixture.js';
import { attribute, everyNode, type XmlNode, type XmlTree } from './xml-tree.fixture.js';
import { words } from './words.fixture.js';

const CHANNEL = words(
  `title link description language copyright managingEditor webMaster pubDate lastBuildDate category generator docs
   cloud ttl image rating textInput skipHours skipDays item`,
);
const ITEM = words('title link description author category comments enclosure guid pubDate source');
const SEVERAL = new Set(['category', 'item']);
const ATTRIBUTES = new Map([
  ['rss', ['version']],
  ['category', ['domain']],
  ['enclosure', ['url', 'length', 'type']],
  ['guid', ['isPermaLink']],
  ['source', ['url']],
  ['cloud', ['domain', 'port', 'path', 'registerProcedure', 'protocol']],
]);
/** An element of RSS and the one of Dublin Core that says the same. */
const CHANNEL_DOUBLES = [
  ['managingEditor', DC, 'creator'],
  ['webMaster', DC, 'publisher'],
  ['category', DC, 'subject'],
  ['pubDate', DC, 'date'],
  ['language', DC, 'language'],
  ['copyright', DC, 'rights'],
  ['lastBuildDate', DCTERMS, 'modified'],
] as const;
const ITEM_DOUBLES = [
  ['author', DC, 'creator'],
  ['category', DC, 'subject'],
  ['pubDate', DC, 'date'],
  ['source', DC, 'source'],
  ['guid', ATOM, 'id'],
] as const;

const all = (node: XmlNode, local: string, uri = '') =>
  node.children.filter((child) => child.local === local && child.uri === uri);
const first = (node: XmlNode, local: string, uri = '') => all(node, local, uri)[0];

/** RSS 2.0 (RSS Advisory Board, 2.0.11), its Best Practices Profile, and the modules that we use. @param url where it was fetched */
export function checkRss(tree: XmlTree, url: string, findings: Findings): void {
  const { root } = tree;
  if (root.local !== 'rss' || root.uri !== '' || attribute(root, 'version') !== '2.0') {
    findings.error('rss-version', root.path);
  }
  checkDeclarations(tree, findings);
  checkExtensions(tree, findings);
  checkAllCharacters(root, findings);
  for (const node of everyNode(root)) {
    if (node.uri === '') checkAttributes(node, ATTRIBUTES.get(node.local) ?? [], findings);
  }
  const channel = first(root, 'channel');
  if (channel === undefined || root.children.length !== 1) findings.error('one-channel', root.path);
  if (channel !== undefined) checkChannel(channel, url, findings);
}

function checkChildren(node: XmlNode, known: readonly string[], findings: Findings): void {
  const seen = new Set<string>();
  for (const { uri, local, path } of node.children.filter((child) => child.uri === '')) {
    if (!known.includes(local)) findings.error('undefined-element', path);
    if (seen.has(uri + local) && !SEVERAL.has(local)) {
      if (local === 'enclosure') findings.warning('second-enclosure', path);
      else findings.error('duplicate-element', path);
    }
    seen.add(uri + local);
  }
}

function checkDoubles(
  node: XmlNode,
  doubles: readonly (readonly [string, string, string])[],
  findings: Findings,
): void {
  for (const [core, uri, local] of doubles) {
    if (first(node, core) !== undefined && first(node, local, uri) !== undefined) {
      findings.warning('duplicate-semantics', node.path, `${core}, ${local}`);
    }
  }
}

function checkChannel(channel: XmlNode, url: string, findings: Findings): void {
  checkChildren(channel, CHANNEL, findings);
  checkDoubles(channel, CHANNEL_DOUBLES, findings);
  for (const name of ['title', 'link', 'description']) {
    if (first(channel, name) === undefined) findings.error('missing-element', channel.path, name);
  }
  const firstItem = channel.children.findIndex(({ uri, local }) => uri === '' && local === 'item');
  const later = firstItem < 0 ? [] : channel.children.slice(firstItem);
  for (const { local, path } of later) {
    if (local !== 'item') findings.warning('metadata-after-items', path);
  }
  for (const node of channel.children) checkChannelValue(node, findings);
  checkLinks(all(channel, 'link', ATOM), { at: channel, url, type: 'application/rss+xml' }, findings);
  const image = first(channel, 'image');
  if (image !== undefined) checkImage(image, channel, findings);
  const guids = new Set<string>();
  for (const item of all(channel, 'item')) {
    checkItem(item, findings);
    const guid = first(item, 'guid')?.text;
    if (guid !== undefined && guids.has(guid)) findings.error('duplicate-guid', item.path, guid);
    guids.add(guid ?? '');
  }
}

function checkChannelValue(node: XmlNode, findings: Findings): void {
  const { uri, local, path, text } = node;
  if (uri === '') {
    if (local === 'title' || local === 'description' || local === 'copyright') checkPlainText(node, findings);
    if (local === 'title') checkNotBlank(text, path, findings);
    if (local === 'link' || local === 'docs') checkUri(text, path, findings);
    if (local === 'language') checkLanguage(text, path, findings);
    if (local === 'ttl') checkPositiveInteger(text, path, findings);
    if (local === 'pubDate' || local === 'lastBuildDate') checkRfc822(node, findings);
    if (local === 'managingEditor' || local === 'webMaster') checkMailbox(node, findings);
  }
  if (uri === SY && local === 'updatePeriod' && !/^(?:hourly|daily|weekly|monthly|yearly)$/.test(text)) {
    findings.error('update-period', path, text);
  }
  if (uri === SY && local === 'updateFrequency') checkPositiveInteger(text, path, findings);
  if (uri === SY && local === 'updateBase') checkRfc3339(text, path, findings);
}

function checkImage(image: XmlNode, channel: XmlNode, findings: Findings): void {
  for (const name of ['title', 'link']) {
    if (first(image, name)?.text !== first(channel, name)?.text) {
      findings.warning('image-differs', image.path, name);
    }
  }
  const url = first(image, 'url');
  if (url === undefined) findings.error('missing-element', image.path, 'url');
  else checkUri(url.text, url.path, findings);
}

/** An e-mail address, with the name in brackets after it. */
function checkMailbox({ text, path }: XmlNode, findings: Findings): void {
  if (!/^[\w.+'-]+@(?:[a-z0-9-]+\.)+[a-z0-9-]+(?: \(.*\))?$/i.test(text))
    findings.error('mailbox', path, text);
}

function checkItem(item: XmlNode, findings: Findings): void {
  checkChildren(item, ITEM, findings);
  checkDoubles(item, ITEM_DOUBLES, findings);
  if (first(item, 'title') === undefined && first(item, 'description') === undefined) {
    findings.error('title-or-description', item.path);
  }
  const guid = first(item, 'guid');
  if (guid === undefined) findings.warning('missing-guid', item.path);
  else checkGuid(guid, findings);
  for (const [at, node] of item.children.entries()) {
    checkItemValue(node, findings);
    if (node.uri === CONTENT && !item.children.slice(0, at).some(({ local }) => local === 'description')) {
      findings.warning('content-before-description', node.path);
    }
  }
  checkMedia(item, findings);
}

function checkGuid(guid: XmlNode, findings: Findings): void {
  const isPermaLink = attribute(guid, 'isPermaLink') ?? 'true';
  if (!/^(?:true|false)$/.test(isPermaLink)) findings.error('boolean', guid.path, isPermaLink);
  checkUri(guid.text, guid.path, findings);
  if (isPermaLink === 'true' && !/^https?:/.test(guid.text)) {
    findings.error('permalink', guid.path, guid.text);
  }
}

function checkItemValue(node: XmlNode, findings: Findings): void {
  const { uri, local, path, text } = node;
  const name = `${uri}${local}`;
  if (name === 'title') {
    checkNotBlank(text, path, findings);
    checkPlainText(node, findings);
  }
  if (name === 'category') {
    checkNotBlank(text, path, findings);
    checkPlainText(node, findings);
  }
  if (name === 'description' || uri === CONTENT) checkHtml(text, path, findings);
  if (name === 'link' || name === 'comments') checkUri(text, path, findings);
  if (name === 'pubDate') checkRfc822(node, findings);
  if (name === 'author') checkMailbox(node, findings);
  if (name === 'enclosure') checkEnclosure(node, findings);
  if (name === 'source') {
    if (attribute(node, 'url') === undefined) findings.error('missing-attribute', path, 'url');
    checkPlainText(node, findings);
  }
  if (uri === DC && local === 'language') checkLanguage(text, path, findings);
  if (uri === DCTERMS && /^(?:modified|created|issued)$/.test(local)) checkRfc3339(text, path, findings);
}

/** All three attributes, and the length as a number: the validator takes 0 for an unknown one. */
function checkEnclosure(node: XmlNode, findings: Findings): void {
  const [url, length, type] = ['url', 'length', 'type'].map((name) => attribute(node, name));
  for (const [name, value] of Object.entries({ url, length, type })) {
    if (value === undefined) findings.error('missing-attribute', node.path, name);
  }
  if (url !== undefined && !/^https?:\/\//.test(url)) findings.error('enclosure-url', node.path, url);
  if (url !== undefined) checkUri(url, node.path, findings);
  if (length !== undefined && !/^\d+$/.test(length)) findings.error('enclosure-length', node.path, length);
  if (type !== undefined) checkMediaType(type, node.path, findings);
}
