import type { Findings } from './findings.fixture.js';
import { MEDIA } from './namespaces.fixture.js';
import { checkMediaType, checkPlainText, checkPositiveInteger, checkUri } from './values.fixture.js';
import { attribute, everyNode, type XmlNode } from './xml-tree.fixture.js';

/** Roles of the scheme that counts where none is named, as far as newspapers use them. */
const EBU_ROLES = new Set(['author', 'editor', 'photographer', 'producer', 'reporter', 'camera operator']);

/** Media RSS 1.5.1 in an item or entry. */
export function checkMedia(item: XmlNode, findings: Findings): void {
  for (const node of everyNode(item)) {
    if (node.uri !== MEDIA) continue;
    if (node.local === 'content' || node.local === 'thumbnail') checkObject(node, findings);
    if (node.local === 'credit') checkCredit(node, findings);
    if (node.local === 'title' || node.local === 'description') checkPlainText(node, findings);
  }
}

function checkObject(node: XmlNode, findings: Findings): void {
  const [url, type, medium] = ['url', 'type', 'medium'].map((name) => attribute(node, name));
  if (url === undefined) findings.error('missing-attribute', node.path, 'url');
  else checkUri(url, node.path, findings);
  if (type !== undefined) checkMediaType(type, node.path, findings);
  if (medium !== undefined && !/^(?:image|audio|video|document|executable)$/.test(medium)) {
    findings.error('medium', node.path, medium);
  }
  for (const name of ['fileSize', 'width', 'height']) {
    const value = attribute(node, name);
    if (value !== undefined) checkPositiveInteger(value, node.path, findings);
  }
}

function checkCredit(node: XmlNode, findings: Findings): void {
  const [role, scheme = 'urn:ebu'] = ['role', 'scheme'].map((name) => attribute(node, name));
  if (role === undefined) return;
  if (scheme === 'urn:ebu' ? !EBU_ROLES.has(role) : role !== role.toLowerCase()) {
    findings.error('credit-role', node.path, role);
  }
}
